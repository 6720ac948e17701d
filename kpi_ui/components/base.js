// Shared by all components: descriptions of elements, patching the page to match them, icons, and the
// event protocol. Text from data becomes text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "line"]);

// Describes an element. options: class, text, key, attrs (null leaves one out), on (event handlers),
// props (set as properties after the children).
function el(tag, options, ...children) {
  const kids = children.flat(Infinity).filter((kid) => kid !== null && kid !== undefined && kid !== false);
  const o = options || {};
  if (o.text !== undefined && o.text !== null) kids.unshift(String(o.text));
  return { tag, key: o.key, className: o.class || "", attrs: o.attrs || {}, on: o.on || {}, props: o.props || {}, kids };
}

const sr = (text) => el("span", { class: "sr", text });

const ICONS = {
  check: ["M8 1.75a6.25 6.25 0 1 1 0 12.5a6.25 6.25 0 0 1 0-12.5z", "M5.4 8.2l1.8 1.8l3.5-3.8"],
  warn: ["M8 2.2l6.2 11H1.8z", "M8 6.4v3", "M8 11.35v.05"],
  stop: ["M5.4 1.75h5.2l3.65 3.65v5.2l-3.65 3.65H5.4L1.75 10.6V5.4z", "M6 6l4 4", "M10 6l-4 4"],
  clock: ["M8 1.75a6.25 6.25 0 1 1 0 12.5a6.25 6.25 0 0 1 0-12.5z", "M8 4.6V8l2.3 1.5"],
  dashed: ["M8 1.75a6.25 6.25 0 1 1 0 12.5a6.25 6.25 0 0 1 0-12.5z", "M5.6 8h4.8"],
  info: ["M8 1.75a6.25 6.25 0 1 1 0 12.5a6.25 6.25 0 0 1 0-12.5z", "M8 7.4v3.4", "M8 5.15v.05"],
  tick: ["M3.6 8.4l3 3l5.8-6.4"],
  up: ["M8 13V3", "M4 7l4-4l4 4"],
  down: ["M8 3v10", "M4 9l4 4l4-4"],
  right: ["M3 8h10", "M9 4l4 4l-4 4"],
  plus: ["M8 3v10", "M3 8h10"],
  pencil: ["M2.5 13.5l.7-3l7.7-7.7l2.3 2.3l-7.7 7.7z", "M9.4 4.3l2.3 2.3"],
  chevron: ["M4 6l4 4l4-4"],
  star: ["M8 1.9l1.9 3.9l4.2.6l-3 3l.7 4.2L8 11.6l-3.8 2l.7-4.2l-3-3l4.2-.6z"],
};

function icon(name, extra) {
  const paths = (ICONS[name] || []).map((d, i) => el("path", {
    attrs: { d, "stroke-dasharray": name === "dashed" && i === 0 ? "2.4 2.5" : null },
  }));
  return el("svg", {
    class: "icon" + (extra ? " " + extra : ""),
    attrs: { viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
  }, paths);
}

const TONE_ICONS = { good: "check", warn: "warn", bad: "stop" };

// Text in a tone; good, warn and bad with their icon.
function toned(text, tone, extra) {
  const known = tone in TONE_ICONS ? tone : tone === "muted" ? "muted" : "";
  return el("span", { class: `tone ${known} ${extra || ""}`.trim() }, known in TONE_ICONS ? icon(TONE_ICONS[known]) : null, el("span", { text }));
}

function badge(text, tone) {
  const known = tone in TONE_ICONS ? tone : tone === "muted" ? "muted" : "";
  return el("span", { class: `badge ${known}`.trim() }, known in TONE_ICONS ? icon(TONE_ICONS[known]) : null, el("span", { text }));
}

// Nodes with pills between them; used by the chain and by the report.
function chainView(steps, rates, extra) {
  const spoken = (note) => note ? sr(` (${note})`) : null;
  return el("ol", { class: `chain ${extra || ""}`.trim() }, (steps || []).map((step, i) => {
    const rate = i > 0 ? (rates || [])[i - 1] : null;
    return el("li", { key: `${i}` },
      i === 0 ? null : el("div", { class: "edge" }, rate ? el("span", { class: "pill", attrs: { title: rate.note || null } },
        el("span", { class: "name", text: rate.name }), el("span", { class: "value", text: rate.value }),
        rate.aside ? toned(rate.aside, rate.tone, "aside") : null, spoken(rate.note)) : null),
      el("div", { class: "node" + (i === 0 ? " top" : ""), attrs: { title: step.note || null } },
        el("div", { class: "name", text: step.name }),
        el("div", { class: "row" }, el("span", { class: "value", text: step.value }),
          step.aside ? toned(step.aside, step.tone, "aside") : null),
        spoken(step.note)));
  }));
}

// ---- patching: nodes are kept by key, else by tag in order, so focus and carets survive ----

function createNode(v) {
  return SVG_TAGS.has(v.tag) ? document.createElementNS(SVG, v.tag) : document.createElement(v.tag);
}

function updateNode(node, v) {
  const old = node.kpiView || { attrs: {}, on: {}, props: {}, className: "" };
  if (old.className !== v.className) {
    if (v.className) node.setAttribute("class", v.className);
    else node.removeAttribute("class");
  }
  for (const name in old.attrs) if (v.attrs[name] === null || v.attrs[name] === undefined) node.removeAttribute(name);
  for (const name in v.attrs) {
    const value = v.attrs[name];
    if (value !== null && value !== undefined && old.attrs[name] !== value) node.setAttribute(name, String(value));
  }
  for (const name in v.on) if (!(name in old.on)) node.addEventListener(name, (event) => node.kpiView.on[name]?.(event));
  for (const name in old.on) if (!(name in v.on)) v.on[name] = null;
  node.kpiView = v;
  patchChildren(node, v.kids);
  for (const name in v.props) if (node[name] !== v.props[name]) node[name] = v.props[name];
}

function patchChildren(parent, kids) {
  const keyed = new Map(), loose = [];
  for (const node of parent.childNodes) {
    const key = node.kpiView?.key;
    if (key !== undefined) keyed.set(`${node.kpiView.tag} ${key}`, node);
    else loose.push(node);
  }
  const matched = kids.map((kid) => {
    const isText = typeof kid === "string" || typeof kid === "number";
    if (!isText && kid.key !== undefined) {
      const id = `${kid.tag} ${kid.key}`, node = keyed.get(id);
      keyed.delete(id);
      return node || null;
    }
    const at = loose.findIndex((node) => isText ? node.nodeType === 3 : node.kpiView?.tag === kid.tag);
    return at < 0 ? null : loose.splice(at, 1)[0];
  });
  for (const node of [...loose, ...keyed.values()]) node.remove();
  kids.forEach((kid, i) => {
    let node = matched[i];
    if (typeof kid === "string" || typeof kid === "number") {
      const text = String(kid);
      if (!node) node = document.createTextNode(text);
      else if (node.data !== text) node.data = text;
    } else {
      if (!node) node = createNode(kid);
      updateNode(node, kid);
    }
    if (parent.childNodes[i] !== node) parent.insertBefore(node, parent.childNodes[i] || null);
  });
}

const FOCUSABLE = "button:not(:disabled):not([tabindex='-1']), input:not(:disabled), select:not(:disabled), [tabindex='0']";

// Makes the component's root look like `view`; the focus stays, or goes to the nearest control if its own
// is gone.
function render(ui, ...view) {
  const active = ui.host.activeElement;
  const controls = active ? [...ui.root.querySelectorAll(FOCUSABLE)] : [];
  const place = controls.indexOf(active);
  patchChildren(ui.root, view.flat(Infinity).filter((v) => v));
  if (!active || ui.host.activeElement === active) return;
  if (active.isConnected && !active.disabled) return active.focus({ preventScroll: true });
  const left = [...ui.root.querySelectorAll(FOCUSABLE)];
  if (place >= 0 && left.length) left[Math.min(place, left.length - 1)].focus({ preventScroll: true });
}

// ---- events: {seq, name, value}, all that the server has not yet acknowledged, each time ----

const PAUSE = 400; // ms in which a second press of a button that acts once is the same press
const places = new WeakMap();

// What this component keeps between renders: ui.data, ui.local (its own view state) and ui.pending.
function begin(component) {
  const { data, parentElement, setStateValue } = component;
  let ui = places.get(parentElement);
  if (!ui) {
    ui = { host: parentElement, pending: [], seq: 0, local: {}, guesses: new Map(), pressed: new Map() };
    places.set(parentElement, ui);
    parentElement.adoptedStyleSheets = [SHEET]; // the component's own, put in front of this file
  }
  ui.root = parentElement.querySelector(".root");
  ui.data = data;
  ui.setStateValue = setStateValue;
  ui.ack = Number(data.ack) || 0;
  ui.pending = ui.pending.filter((event) => event.seq > ui.ack);
  for (const [name, guess] of ui.guesses) if (guess.seq <= ui.ack) ui.guesses.delete(name);
  return ui;
}

function send(ui, name, value) {
  ui.seq = Math.max(Date.now() * 1000, ui.seq + 1, ui.ack + 1);
  ui.pending = [...ui.pending, { seq: ui.seq, name, value }];
  ui.setStateValue("events", ui.pending);
  return ui.seq;
}

// For buttons that do something: a double click is one press, also when the page has moved under it
// (`scope` says which buttons count as one). A press that the server has not answered is sent again
// under its old number.
function sendOnce(ui, name, value, scope = name) {
  const id = JSON.stringify([name, value]), now = performance.now();
  if (now - (ui.pressed.get(scope) ?? -Infinity) < PAUSE) return;
  ui.pressed.set(scope, now);
  if (ui.pending.some((event) => JSON.stringify([event.name, event.value]) === id)) ui.setStateValue("events", [...ui.pending]);
  else send(ui, name, value);
}

// Shows what the user chose before the server has answered: guess when sending, guessed when drawing.
function guess(ui, name, value, seq) {
  ui.guesses.set(name, { value, seq });
}

function guessed(ui, name, value) {
  return ui.guesses.has(name) ? ui.guesses.get(name).value : value;
}

const TYPING = new Set(["text", "search", "email", "url", "tel", "password", "number", "date", "time", ""]);
const MOVED_BY_ARROWS = "input[type=range], [role=slider], [role=tab], [role=radio], [role=option], [role=menuitem], [role=combobox]";
const PATIENCE = 800; // ms after which a slider's answer is no longer waited for

// ---- blocks ----

const words = (parts) => parts.map(([text, strong]) => (strong ? el("b", { text }) : el("span", { text })));
const block = (kind, data, ...inside) => el("section", { class: `block ${kind} ${data.place}`, attrs: { "aria-label": data.label || null } },
  data.label ? el("h3", { text: data.label }) : null, inside);
const width = (share) => ({ style: `width:${Math.max(0, Math.min(1, share)) * 100}%` });

const BLOCKS = {
  fact: (data) => el("div", { class: "fact" },
    el("p", { class: "label", text: data.label }),
    el("p", { class: `figure${data.value.length > 9 ? " longer" : ""}` }, el("span", { text: data.value }), data.badge ? badge(data.badge, data.tone) : null),
    data.note ? el("p", { class: "note", text: data.note }) : null),

  parts: (data) => block("parts", data,
    el("div", { class: "whole", attrs: { "aria-hidden": "true" } }, data.items.map((part) =>
      el("i", { class: part.tone, attrs: { style: `flex:${part.share} 1 0` } }))),
    el("ul", { class: "legend", attrs: { role: "list" } }, data.items.map((part) => el("li", { class: part.tone },
      el("i", { class: "dot" }), el("span", { text: part.label }), el("b", { text: part.value }))))),

  chain: (data) => block("takes", data, el("ol", { attrs: { role: "list" } }, data.items.map(([value, name], i) => el("li", null,
    i === 0 ? null : el("span", { class: "from" }, el("span", { class: "line" }), data.rates[i - 1] ? el("span", { text: data.rates[i - 1] }) : null),
    el("span", { class: "step" }, el("b", { text: value }), el("span", { text: name })))))),

  rows: (data) => block("rows", data, el("ul", { attrs: { role: "list" } }, data.rows.map((row) => el("li", null,
    el("span", { class: "name", text: row.name }),
    el("span", { class: "needed" }, el("b", { text: row.value })),
    el("span", { class: "track" }, row.fill === null ? null : el("i", { class: row.tone, attrs: width(row.fill) })),
    el("span", { class: "now" }, row.other),
    toned(row.gap, row.tone, "gap"))))),

  bars: (data) => block("bars", data, el("ul", { attrs: { role: "list" } }, data.bars.map((bar) => el("li", { class: bar.ours ? "ours" : "" },
    el("span", { class: "name", text: bar.name }),
    el("span", { class: "plot" }, el("i", { class: "bar", attrs: width(bar.share) }),
      bar.low === null ? null : el("i", { class: "whisker", attrs: { style: `left:${bar.low * 100}%;width:${(bar.high - bar.low) * 100}%` } })),
    el("b", { class: "value", text: bar.value }),
    bar.note ? el("span", { class: "note", text: bar.note }) : null)))),

  list: (data) => block("list", data, el(data.ordered ? "ol" : "ul", { attrs: { role: "list" } }, data.items.map((text, i) =>
    el("li", null, el("span", { class: "number", text: data.ordered ? String(i + 1) : "", attrs: { "aria-hidden": "true" } }), el("span", { text }))))),

  compare: (data) => el("div", { class: "compare" }, el("table", null,
    el("thead", null, el("tr", null, el("th", null, sr("Number")), el("th", { text: data.before }), el("th", { class: "after", text: data.after }), el("th", null, sr("Change")))),
    el("tbody", null, data.rows.map((row) => el("tr", { key: row.name },
      el("th", { text: row.name, attrs: { scope: "row" } }), el("td", { text: row.before }),
      el("td", { class: "after" }, el("b", { text: row.after })),
      el("td", { class: `change ${row.tone}` }, el("span", { text: row.change })))))),
  data.note ? el("p", { class: "note", text: data.note }) : null),

  quarters: (data) => block("quarters", data, el("ol", { attrs: { role: "list" } }, data.items.map((quarter) => el("li", null,
    el("span", { class: "column", attrs: { "aria-hidden": "true" } }, el("i", { attrs: { style: `height:${quarter.share * 100}%` } })),
    el("b", { text: quarter.value }), el("span", { text: quarter.note }),
    el("span", { class: "muted" }, el("span", { text: quarter.name }), el("span", { class: "months", text: ` ${quarter.months}` })))))),

  levers: (data, ui) => block("levers", data,
    el("button", { class: "plain reset", text: "Reset", attrs: { type: "button" }, props: { disabled: !data.moved }, on: { click: () => reset(ui) } }),
    data.items.map((lever) => leverView(ui, lever))),
};

// ---- sliders: one message under way at a time, the last position always arrives ----

function leverView(ui, lever) {
  const at = guessed(ui, `lever ${lever.id}`, lever.at), last = Math.max(1, lever.texts.length - 1);
  const share = (position) => `${(position / last) * 100}%`;
  return el("label", { key: lever.id, class: "lever" },
    el("span", { class: "top" }, el("span", { class: "name", text: lever.label }),
      el("span", { class: "was", text: at === lever.base ? "" : `base ${lever.texts[lever.base]}` }), el("b", { text: lever.texts[at] })),
    el("span", { class: "rail", attrs: { style: `--at:${share(at)};--base:${share(lever.base)}` } },
      el("i", { class: "base" }),
      el("input", {
        attrs: { type: "range", min: "0", max: String(last), step: "1", "aria-label": lever.label, "aria-valuetext": lever.texts[at], "data-lever": lever.id },
        props: { value: String(at) },
        on: { input: (event) => slide(ui, lever, Number(event.target.value)) },
      })));
}

function slide(ui, lever, at) {
  if (at < 0 || at >= lever.texts.length) return;
  const waiting = (ui.local.waiting ||= new Map());
  waiting.set(lever.id, at);
  ui.guesses.set(`lever ${lever.id}`, { value: at, seq: Infinity });
  if (!busy(ui)) flush(ui);
  draw(ui);
}

const busy = (ui) => ui.pending.some((event) => event.name === "set") && performance.now() - (ui.local.sent || 0) < PATIENCE;

function flush(ui) {
  const waiting = ui.local.waiting;
  if (!waiting || !waiting.size) return;
  ui.local.sent = performance.now();
  for (const [id, at] of waiting) {
    ui.pending = ui.pending.filter((event) => event.name !== "set" || event.value.id !== id);
    guess(ui, `lever ${id}`, at, send(ui, "set", { id, at }));
  }
  waiting.clear();
}

function reset(ui) {
  ui.local.waiting?.clear();
  for (const name of [...ui.guesses.keys()]) if (name.startsWith("lever ")) ui.guesses.delete(name);
  sendOnce(ui, "reset", true);
}

// ---- the presenter's notes: a drawer, written down while typing ----

function notesView(ui) {
  const { id } = ui.data.screen, typed = (ui.local.typed ||= new Map());
  if (!ui.local.notes) return null;
  return el("div", { key: `notes ${id}`, class: "drawer" }, el("label", null, el("span", { text: "Private notes on this screen" }),
    el("textarea", {
      attrs: { rows: "6", maxlength: String(ui.data.note_length), placeholder: "Only for you: not in the framework, its files or shared links." },
      props: { value: typed.get(id) ?? ui.data.note },
      on: { input: (event) => write(ui, id, event.target.value), blur: () => writeDown(ui) },
    })));
}

function write(ui, id, text) {
  ui.local.typed.set(id, text);
  (ui.local.unsaved ||= new Set()).add(id);
  clearTimeout(ui.local.timer);
  ui.local.timer = setTimeout(() => writeDown(ui), 400);
}

function writeDown(ui) {
  clearTimeout(ui.local.timer);
  for (const screen of ui.local.unsaved || []) {
    ui.pending = ui.pending.filter((event) => event.name !== "note" || event.value.screen !== screen);
    send(ui, "note", { screen, text: ui.local.typed.get(screen) });
  }
  ui.local.unsaved?.clear();
}

function toggleNotes(ui) {
  writeDown(ui);
  ui.local.notes = !ui.local.notes;
  draw(ui);
  ui.root.querySelector(ui.local.notes ? ".drawer textarea" : ".notes")?.focus({ preventScroll: true });
}

// ---- the screen, and the keys of the page ----

function step(ui, by) {
  const ids = ui.data.screens.map(([id]) => id);
  const here = ids.indexOf(guessed(ui, "screen", ui.data.screen.id));
  go(ui, ids[Math.max(0, Math.min(ids.length - 1, here + by))]);
}

function go(ui, id) {
  if (!id || id === guessed(ui, "screen", ui.data.screen.id)) return;
  flush(ui);
  writeDown(ui);
  guess(ui, "screen", id, send(ui, "go", id));
  draw(ui);
}

const overlay = () => document.querySelector('[data-testid="stPopoverBody"], [role="dialog"], [role="listbox"], [role="menu"]');

function pressed(ui, event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.composedPath()[0];
  if (event.key === "Escape" && ui.local.notes && !overlay()) return event.preventDefault(), toggleNotes(ui);
  if (at instanceof Element) {
    if (at.isContentEditable || at.matches("textarea, select") || (at.matches("input") && TYPING.has(at.getAttribute("type") ?? ""))) return;
    if (event.key.startsWith("Arrow") && at.matches(MOVED_BY_ARROWS)) return;
  }
  if (overlay()) return;
  if (event.key === "ArrowRight") step(ui, 1);
  else if (event.key === "ArrowLeft") step(ui, -1);
  else if (event.key === "n" || event.key === "N") toggleNotes(ui);
  else if (event.key === "Escape") sendOnce(ui, "leave", true);
  else if (/^[1-9]$/.test(event.key) && ui.data.screens[Number(event.key) - 1]) go(ui, ui.data.screens[Number(event.key) - 1][0]);
  else return;
  event.preventDefault();
}

function footView(ui, here) {
  const { screens } = ui.data;
  const place = screens.findIndex(([id]) => id === here);
  const arrow = (label, by, end) => el("button", {
    class: `arrow ${by < 0 ? "back" : ""}`, attrs: { type: "button", "aria-label": label }, props: { disabled: end }, on: { click: () => step(ui, by) },
  }, icon("right"));
  return el("nav", { attrs: { "aria-label": "Screens" } },
    arrow("Previous screen", -1, place === 0),
    el("ol", { attrs: { role: "list" } }, screens.map(([id, name], i) => el("li", { key: id }, el("button", {
      class: "to", attrs: { type: "button", "aria-current": id === here ? "step" : null }, on: { click: () => go(ui, id) },
    }, el("i", { class: i <= place ? "on" : "" }), el("span", { text: name }))))),
    arrow("Next screen", 1, place === screens.length - 1),
    el("button", { class: "notes", attrs: { type: "button", "aria-expanded": String(Boolean(ui.local.notes)), title: "Private notes (N)" }, on: { click: () => toggleNotes(ui) } },
      icon("pencil"), el("span", { text: "Notes" })));
}

function draw(ui) {
  const { screen, screens } = ui.data;
  const place = screens.findIndex(([id]) => id === screen.id);
  const long = screen.answer.length > 34 ? " longest" : screen.answer.length > 15 ? " long" : "";
  render(ui, el("div", { class: `stage ${screen.id}` },
    el("div", { key: `head ${screen.id}`, class: "hero" },
      el("div", { class: "told" },
        el("p", { class: "marker", text: `${place + 1} of ${screens.length}` }),
        el("h2", { text: screen.question }),
        el("p", { class: `answer ${screen.tone}${long}`, text: screen.answer }),
        el("p", { class: "lead" }, words(screen.lead))),
      el("div", { class: "aside" }, BLOCKS[screen.aside.kind](screen.aside, ui))),
    el("div", { key: `blocks ${screen.id}`, class: "blocks" }, screen.blocks.map((data) => BLOCKS[data.kind](data, ui))),
    el("div", { key: "foot", class: "foot" }, notesView(ui), footView(ui, guessed(ui, "screen", screen.id))),
    el("p", { key: "spoken", class: "sr", text: `${place + 1} of ${screens.length}: ${screen.question} ${screen.answer}`, attrs: { role: "status" } })));
}

export default function (component) {
  const ui = begin(component);
  if (!busy(ui)) flush(ui);
  draw(ui);
  const listen = (event) => pressed(ui, event);
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

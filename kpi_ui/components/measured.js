// Measured values with their status: tiles, the funnel by stage, the performance table. What explains a
// value stands in a card that hover, focus or a tap opens.

const percent = (share) => `${Math.round(share * 1e4) / 100}%`;
const STATUS = {
  on_track: { tone: "good" },
  at_risk: { tone: "warn" },
  off_track: { tone: "bad" },
  too_early: { icon: "clock" },
  no_data: { icon: "dashed" },
};
const ARROWS = ["up", "down", "right"];

function statusView(status, text, reason) {
  const look = Object.hasOwn(STATUS, status) ? STATUS[status] : STATUS.no_data;
  const shown = look.tone ? badge(text, look.tone) : el("span", { class: "badge muted" }, icon(look.icon), el("span", { text }));
  return el("span", { class: "status", attrs: { title: reason || null } }, shown);
}

// A bar towards its target in the colour of the status (accent if there is none, null), with a tick at
// what is expected by now.
function levelView(bar, status) {
  const kind = status === null ? "" : Object.hasOwn(STATUS, status) ? status : "no_data";
  return el("span", { class: `level ${bar ? kind : "blank"}`, attrs: { "aria-hidden": "true" } }, bar ? [
    el("span", { class: "groove" }, el("i", { class: "fill", attrs: { style: `width:${percent(bar.fill)}` } })),
    bar.goal === null ? null : el("i", { key: "goal", class: "goal", attrs: { style: `left:${percent(bar.goal)}` } }),
    bar.tick === null ? null : el("i", { key: "tick", class: "tick", attrs: { style: `left:${percent(bar.tick)}` } }),
  ] : null);
}

const SPARK = { width: 88, height: 30, edge: 4 };

function sparkView(values) {
  if (!values.length) return el("span", { class: "spark" });
  const { width, height, edge } = SPARK;
  const x = (i) => edge + (width - 2 * edge) * i / (values.length - 1);
  const y = (value) => height - edge - (height - 2 * edge) * value;
  const place = (value, i) => `${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
  const line = values.map((value, i) => {
    if (value === null) return "";
    return (values[i - 1] ?? null) === null ? `M${place(value, i)}h0` : `L${place(value, i)}`;
  }).join("");
  const last = values.findLastIndex((value) => value !== null);
  return el("span", { class: "spark" }, el("svg", { attrs: { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true", focusable: "false" } },
    el("path", { attrs: { d: line } }), el("circle", { attrs: { cx: x(last).toFixed(1), cy: y(values[last]).toFixed(1), r: 2.6 } })));
}

// ---- the card ----

const OPEN_AFTER = 320, CLOSE_AFTER = 160; // ms: passing over a tile opens nothing; the pointer may enter the card
const GAP = 6, EDGE = 12; // px from what it explains; from the edge of the window

// Makes a description the trigger of a card: {title, status, status_text, reason, details}. The trigger's
// button is described by the same text, hidden, for those who do not see the card.
function explained(ui, id, card) {
  if (!card.reason && !card.details.length) return { area: {}, button: {}, words: null, describedby: null, toggle: () => {} };
  ui.cards.set(id, card);
  const words = [card.reason?.replace(/\.$/, ""), ...card.details.map(([label, text]) => `${label}: ${text}`)].filter(Boolean).join(". ");
  const mouse = (event) => event.pointerType === "mouse";
  const areaOf = (event) => event.currentTarget.closest("[data-card]") || event.currentTarget;
  return {
    describedby: `why-${id}`,
    words: el("span", { class: "why", text: words, attrs: { id: `why-${id}`, hidden: "" } }),
    area: {
      pointerenter: (event) => { if (mouse(event)) plan(ui, OPEN_AFTER, id, areaOf(event)); },
      pointerleave: (event) => { if (mouse(event)) plan(ui, CLOSE_AFTER, null); },
    },
    button: {
      focus: (event) => { if (event.currentTarget.matches(":focus-visible")) open(ui, id, areaOf(event)); },
      blur: () => open(ui, null),
      keydown: (event) => {
        if (event.key !== "Escape" || ui.open === null) return;
        event.stopPropagation();
        open(ui, null);
      },
    },
    toggle: (event) => open(ui, ui.open === id && ui.touched ? null : id, areaOf(event), true),
  };
}

function plan(ui, wait, id, area) {
  clearTimeout(ui.timer);
  ui.timer = setTimeout(() => open(ui, id, area), wait);
}

function open(ui, id, area, touched = false) {
  clearTimeout(ui.timer);
  const node = ui.host.querySelector(".card");
  if (!node?.showPopover) return;
  ui.stopWatching?.abort();
  ui.open = id;
  ui.touched = touched;
  draw(ui);
  if (id === null || !ui.cards.has(id) || !area?.isConnected) {
    ui.open = null;
    if (node.matches(":popover-open")) node.hidePopover();
    return;
  }
  if (!node.matches(":popover-open")) node.showPopover();
  placeCard(node, area.getBoundingClientRect());
  watch(ui, area, node);
}

// Below what it explains if there is room, else above, else where it covers least; always in the window.
function placeCard(node, box) {
  const { clientWidth, clientHeight } = document.documentElement;
  const width = node.offsetWidth, height = node.offsetHeight;
  const below = box.bottom + GAP, above = box.top - GAP - height;
  const top = below + height <= clientHeight - EDGE ? below : above >= EDGE ? above : clientHeight - EDGE - height;
  const left = Math.min(box.left, clientWidth - EDGE - width);
  node.style.top = `${Math.max(EDGE, top)}px`;
  node.style.left = `${Math.max(EDGE, left)}px`;
}

// Scrolling, or a press elsewhere, closes the card.
function watch(ui, area, node) {
  ui.stopWatching = new AbortController();
  const options = { capture: true, passive: true, signal: ui.stopWatching.signal };
  window.addEventListener("scroll", (event) => { if (!event.composedPath().includes(node)) open(ui, null); }, options);
  window.addEventListener("resize", () => open(ui, null), options);
  window.addEventListener("pointerdown", (event) => {
    const path = event.composedPath();
    if (!path.includes(area) && !path.includes(node)) open(ui, null);
  }, options);
}

function cardView(ui) {
  const card = ui.open === null ? null : ui.cards.get(ui.open);
  return el("div", {
    key: "card",
    class: "card",
    attrs: { popover: "manual", "aria-hidden": "true" },
    on: { pointerenter: () => clearTimeout(ui.timer), pointerleave: () => plan(ui, CLOSE_AFTER, null) },
  }, card ? [
    el("p", { class: "card-title", text: card.title }),
    card.reason ? el("p", { key: "reason", class: "card-reason" },
      card.status_text ? el("span", { class: "card-status" }, statusView(card.status, card.status_text)) : null, el("span", { text: card.reason })) : null,
    card.details.length ? el("dl", { key: "details" }, card.details.map(([label, text]) => el("div", null, el("dt", { text: label }), el("dd", { text })))) : null,
  ] : null);
}

const cardOf = (item) => ({
  title: item.name, status: item.status, status_text: item.status_text, reason: item.status_reason, details: item.details,
});

// ---- tiles ----

function trendView(change) {
  const arrow = ARROWS.includes(change.direction) ? change.direction : "right";
  const tone = change.tone === "good" || change.tone === "bad" ? change.tone : "muted";
  return el("span", { class: `trend ${tone}` }, icon(arrow), el("span", { text: change.text }));
}

// The target; or, for a value that has none, what to do about it.
function factView(tile, empty) {
  if (tile.target_text) return el("span", null, el("span", { text: "Target " }), el("b", { text: tile.target_text }));
  return el("span", { text: tile.status === "no_data" && !empty ? tile.status_reason : "" });
}

function tileView(ui, tile, i, selected, select) {
  const empty = !tile.value_text, why = explained(ui, `tile-${i}`, cardOf(tile));
  return el("li", {
    key: tile.id, class: `tile${tile.id === selected ? " on" : ""}${empty ? " empty" : ""}`, attrs: { "data-card": "" }, on: why.area,
  },
  el("div", { class: "head" },
    el("span", { class: "title" },
      el("button", {
        class: "name",
        text: tile.name,
        attrs: {
          type: "button",
          "aria-pressed": ui.data.selectable ? String(tile.id === selected) : null,
          "aria-describedby": why.describedby,
        },
        on: { ...why.button, click: ui.data.selectable ? () => select(tile.id) : why.toggle },
      }),
      tile.badge ? [" ", el("span", { key: "badge", class: "badge", text: tile.badge })] : null,
      tile.sample ? [" ", el("span", { key: "sample", class: "badge sample", text: "Sample data" })] : null),
    statusView(tile.status, tile.status_text, why.words ? null : tile.status_reason)),
  empty ? el("p", { key: "todo", class: "todo", text: tile.status_reason || "There is no value for this period yet." })
    : el("div", { key: "figure", class: "figure" }, el("span", { class: "value", text: tile.value_text }), sparkView(tile.spark)),
  empty ? null : levelView(tile.bar, tile.status),
  el("div", { class: "facts" },
    factView(tile, empty),
    tile.expected_text ? el("span", { text: tile.expected_text }) : null),
  el("div", { class: "facts last" },
    el("span", { class: "trends" }, tile.trend.map(trendView)),
    tile.owner ? el("span", { class: "owner" }, sr("Owner: "), el("span", { text: tile.owner })) : null),
  why.words);
}

function tilesView(ui) {
  const { items, columns, large, label } = ui.data;
  const selected = guessed(ui, "selected", ui.data.selected);
  const select = (id) => {
    guess(ui, "selected", id, send(ui, "select", id));
    draw(ui);
  };
  return el("ul", { key: "tiles", class: `tiles${large ? " large" : ""}`, attrs: { role: "list", "aria-label": label, style: `--columns:${columns}` } },
    items.map((tile, i) => tileView(ui, tile, i, selected, select)));
}

// ---- the funnel ----

function nameView(ui, item, why) {
  return why.words ? el("button", {
    key: "name", class: "name", text: item.name, attrs: { type: "button", "aria-describedby": why.describedby }, on: { ...why.button, click: why.toggle },
  }) : el("span", { key: "plain", class: "name", text: item.name });
}

function targetView(item) {
  return el("span", { class: "target" }, item.target_text ? [el("span", { text: "Target " }), el("b", { text: item.target_text })] : null);
}

function stepView(ui, step, i) {
  const why = explained(ui, `step-${i}`, cardOf(step));
  return el("div", { class: `step${step.value_text ? "" : " empty"}`, attrs: { "data-card": "" }, on: why.area },
    el("span", { class: "what" }, nameView(ui, step, why), step.note ? el("span", { class: "note", text: step.note }) : null),
    step.value_text ? el("span", { key: "value", class: "value", text: step.value_text })
      : el("span", { key: "todo", class: "todo", text: step.status_reason }),
    levelView(step.bar, step.status), targetView(step),
    statusView(step.status, step.status_text, why.words ? null : step.status_reason), why.words);
}

function rateView(ui, rate, i) {
  if (!rate.name && !rate.value_text) return el("div", { key: "gap", class: "rate" });
  const why = explained(ui, `rate-${i}`, cardOf(rate));
  const kind = Object.hasOwn(STATUS, rate.status) ? rate.status : "no_data";
  return el("div", { key: "rate", class: `rate ${kind}` },
    el("div", { class: "pill", attrs: { "data-card": "" }, on: why.area },
      nameView(ui, rate, why),
      rate.value_text ? el("b", { class: "number", text: rate.value_text }) : null, targetView(rate),
      statusView(rate.status, rate.status_text, why.words ? null : rate.status_reason), why.words),
    rate.note ? el("span", { class: "note", text: rate.note }) : null);
}

function funnelView(ui) {
  const { steps, rates, label } = ui.data;
  return el("ol", { key: "funnel", class: "funnel", attrs: { role: "list", "aria-label": label } }, steps.map((step, i) => el("li", { key: `${i}` },
    i > 0 ? rateView(ui, rates[i - 1], i - 1) : null, stepView(ui, step, i))));
}

// ---- the performance table ----

const KINDS = { text: "prose", number: "right", bar: "drawn", spark: "drawn", status: "state" };
const kindOf = (column) => (Object.hasOwn(KINDS, column.kind) ? column.kind : "text");

function headView(ui, column, i) {
  const why = explained(ui, `column-${i}`, { title: column.label, reason: "", details: column.note ? [["Definition", column.note]] : [] });
  return el("th", { class: KINDS[kindOf(column)], attrs: { scope: "col", "data-card": "" }, on: why.area },
    why.words ? nameView(ui, { name: column.label }, why) : el("span", { text: column.label }), why.words);
}

function measureView(cell, kind) {
  const text = cell.text ? el("span", { class: "text", text: cell.text }) : null;
  if (kind === "status") return cell.text ? statusView(cell.status, cell.text, cell.note) : null;
  if (kind === "bar") return el("span", { class: "drawing" }, levelView(cell.bar, cell.status), text);
  if (kind === "spark") return el("span", { class: "drawing" }, sparkView(cell.spark), text);
  return text;
}

function rowView(ui, row, i) {
  const { columns } = ui.data;
  const why = explained(ui, `row-${i}`, { title: row.cells[0]?.text || "", reason: "", details: row.details });
  return el("tr", { key: `${i}`, class: row.total ? "total" : "" }, row.cells.map((cell, c) => {
    const kind = kindOf(columns[c]), title = kind === "status" ? null : cell.note || null;
    if (c > 0) return el("td", { class: KINDS[kind], attrs: { title } }, measureView(cell, kind), cell.note ? sr(` (${cell.note})`) : null);
    return el("th", { attrs: { scope: "row", "data-card": "", title }, on: why.area }, nameView(ui, { name: cell.text }, why), why.words);
  }));
}

function performanceView(ui) {
  const { columns, rows, label } = ui.data;
  return el("div", { key: "performance", class: "performance", attrs: { role: "region", "aria-label": label, tabindex: "0" } }, el("table", null,
    el("thead", null, el("tr", null, columns.map((column, i) => headView(ui, column, i)))),
    el("tbody", null, rows.map((row, i) => rowView(ui, row, i)))));
}

const VIEWS = { tiles: tilesView, funnel: funnelView, performance: performanceView };

function draw(ui) {
  ui.cards = new Map();
  const view = VIEWS[ui.data.kind](ui);
  render(ui, view, cardView(ui));
}

// Streamlit calls what is returned before each new data as well as at the end: the card closes then.
export default function (component) {
  const ui = begin(component);
  ui.open ??= null;
  draw(ui);
  return () => {
    clearTimeout(ui.timer);
    ui.stopWatching?.abort();
    ui.open = null;
    const card = ui.host.querySelector(".card");
    if (card?.matches(":popover-open")) card.hidePopover();
  };
}

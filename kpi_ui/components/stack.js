const HEIGHT = 200, LINE = 19; // px of the plot, and of a figure inside a bar
const percent = (share) => `${Math.round(share * 1e4) / 100}%`;
const toneOf = (part) => (part.tone === "accent" ? "accent" : "neutral");

const words = (column) => [...column.parts.map((part) => `${part.name} ${part.text}`), column.note].filter(Boolean).join(", ");

function columnView(ui, column, i, active) {
  return el("div", { key: `${i}`, class: `column${i === active ? " active" : ""}` },
    el("div", { class: "pile" },
      column.total_text ? el("span", { key: "total", class: "total", text: column.total_text, attrs: { title: column.total_text } }) : null,
      [...column.parts].reverse().map((part) => el("span", {
        class: `part ${toneOf(part)}${part.value > 0 ? "" : " none"}`, attrs: { title: part.text, style: `height:${percent(part.value)}` },
      }, part.value * HEIGHT >= LINE ? el("span", { text: part.text }) : null))));
}

// Names of the parts, each once, in the order of the bars.
function legendView({ columns }) {
  const parts = new Map(columns.flatMap((column) => column.parts.map((part) => [part.name, part])));
  return el("div", { class: "legend", attrs: { "aria-hidden": "true" } }, [...parts.values()].map((part) => el("span", { key: part.name, class: "entry" },
    el("i", { class: toneOf(part) }), el("span", { text: part.name }))));
}

// The line below: what is known of the bar pointed at.
function readingView(ui, active) {
  const column = active === null ? null : ui.data.columns[active];
  return el("p", { class: "reading", attrs: { "aria-hidden": "true" } }, column ? [
    el("b", { key: "name", text: [column.name, column.total_text].filter(Boolean).join(" ") }), el("span", { key: "words", text: words(column) }),
  ] : null);
}

function show(ui, i) {
  if ((ui.local.active ?? null) === i) return;
  ui.local.active = i;
  draw(ui);
}

function onKey(ui, event) {
  const last = ui.data.columns.length - 1, now = ui.local.active ?? null;
  const next = {
    ArrowRight: now === null ? 0 : Math.min(last, now + 1), ArrowLeft: now === null ? last : Math.max(0, now - 1), Home: 0, End: last, Escape: null,
  }[event.key];
  if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  show(ui, next);
}

function onPoint(ui, event) {
  const columns = [...event.currentTarget.querySelectorAll(".column")];
  const index = columns.findIndex((column) => {
    const box = column.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right && event.clientY >= box.top;
  });
  show(ui, index < 0 ? null : index);
}

function draw(ui) {
  const { columns, label } = ui.data, kept = ui.local.active ?? null;
  const active = kept !== null && kept < columns.length ? kept : null;
  render(ui, columns.length ? [el("div", {
    key: "chart",
    class: "chart",
    attrs: { tabindex: "0", role: "group", "aria-label": `${label}: chart. The arrow keys show the values of a bar; a list with all values follows.` },
    on: {
      keydown: (event) => onKey(ui, event),
      blur: () => show(ui, null),
      pointermove: (event) => onPoint(ui, event),
      pointerdown: (event) => onPoint(ui, event),
      pointerleave: (event) => { if (event.pointerType === "mouse") show(ui, null); },
    },
  }, legendView(ui.data),
  el("div", { class: `plot${columns.some((column) => column.total_text) ? " totals" : ""}`, attrs: { "aria-hidden": "true", style: `--columns:${columns.length}` } },
    columns.map((column, i) => columnView(ui, column, i, active)),
    columns.map((column, i) => el("span", { key: `name ${i}`, class: "name", text: column.name }))),
  readingView(ui, active)),
  el("ul", { key: "list", class: "sr", attrs: { "aria-label": label } },
    columns.map((column) => el("li", { text: [`${column.name}: ${column.total_text}`, words(column)].filter(Boolean).join(" ") })))] : null);
}

export default function (component) {
  draw(begin(component));
}

const TONES = ["accent", "neutral", "good", "warn", "bad"];
const percent = (share) => `${Math.round(share * 1e4) / 100}%`;

const words = (row) => [row.tick_text, row.note].filter(Boolean).join(". ");

function rowView(ui, row, i, active, selected, select) {
  const { selectable } = ui.data, tone = TONES.includes(row.tone) ? row.tone : "accent";
  return el("li", {
    key: row.id,
    class: `row${i === active ? " active" : ""}${row.id === selected ? " on" : ""}`,
    on: {
      pointerenter: () => show(ui, i),
      pointerleave: (event) => { if (event.pointerType === "mouse") show(ui, null); },
    },
  },
  selectable ? el("button", {
    key: "button", class: "name", text: row.name, attrs: { type: "button", "aria-pressed": String(row.id === selected) },
    on: { click: () => select(row.id), focus: () => show(ui, i), blur: () => show(ui, null) },
  }) : el("span", { key: "name", class: "name", text: row.name }),
  el("span", { class: "lane", attrs: { "aria-hidden": "true" } },
    row.value ? el("i", { key: "bar", class: `fill ${tone}`, attrs: { style: `width:${percent(row.share)}` } }) : null,
    row.tick === null ? null : el("i", { key: "tick", class: "tick", attrs: { style: `left:${percent(row.tick)}` } })),
  el("span", { class: `value${row.value ? "" : " muted"}`, text: row.value_text }),
  words(row) ? sr(`. ${words(row)}`) : null);
}

// The line below the bars: what the ticks are, or what is known of the row pointed at.
function readingView(ui, active) {
  const { rows, tick_label: tickLabel } = ui.data, row = active === null ? null : rows[active];
  if (!tickLabel && !rows.some(words)) return null;
  return el("p", { key: "reading", class: "reading", attrs: { "aria-hidden": "true" } },
    row ? [el("b", { key: "value", text: `${row.name} ${row.value_text}` }), words(row) ? el("span", { key: "words", text: words(row) }) : null]
      : tickLabel ? [el("i", { key: "sign", class: "sign" }), el("span", { key: "label", text: tickLabel })] : null);
}

function show(ui, i) {
  if ((ui.local.active ?? null) === i) return;
  ui.local.active = i;
  draw(ui);
}

function onKey(ui, event) {
  const last = ui.data.rows.length - 1, now = ui.local.active ?? null;
  const next = {
    ArrowDown: now === null ? 0 : Math.min(last, now + 1), ArrowUp: now === null ? last : Math.max(0, now - 1), Home: 0, End: last, Escape: null,
  }[event.key];
  if (next === undefined || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  show(ui, next);
}

function draw(ui) {
  const { rows, selectable, label } = ui.data, kept = ui.local.active ?? null;
  const active = kept !== null && kept < rows.length ? kept : null;
  const selected = guessed(ui, "selected", ui.data.selected);
  const select = (id) => {
    guess(ui, "selected", id, send(ui, "select", id));
    draw(ui);
  };
  const region = selectable || !rows.some(words) ? null : {
    attrs: { tabindex: "0", role: "group", "aria-label": `${label}. The arrow keys show more on a row.` },
    on: { keydown: (event) => onKey(ui, event), blur: () => show(ui, null) },
  };
  render(ui, rows.length ? el("div", { class: "bars", ...region },
    el("ul", { class: "rows", attrs: { role: "list", "aria-label": label } }, rows.map((row, i) => rowView(ui, row, i, active, selected, select))),
    readingView(ui, active)) : null);
}

export default function (component) {
  draw(begin(component));
}

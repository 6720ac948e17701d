// The grid's numbers are a table for everyone; pointing at a cell, or the arrow keys, says it in words.

const shown = (ui) => {
  const at = ui.local.cell ?? null, { rows } = ui.data;
  return at && rows[at[0]]?.cells[at[1]] ? at : null;
};

function cellView(ui, cell, r, c, active) {
  const on = active && active[0] === r && active[1] === c;
  if (!cell || (!cell.text && cell.shade === null && !cell.incomplete)) return el("td", { class: "blank" });
  const style = cell.shade === null ? null : `--shade:${Math.round(cell.shade * 100)}`;
  return el("td", {
    class: `cell${cell.incomplete ? " incomplete" : ""}${cell.shade === null ? " unshaded" : ""}${on ? " on" : ""}`,
    attrs: { style },
    on: { pointerenter: () => show(ui, [r, c]) },
  }, el("span", { class: "text", text: cell.text }), cell.incomplete ? sr(` (${ui.data.incomplete_label})`) : null, cell.note ? sr(` (${cell.note})`) : null);
}

function readingView(ui, active) {
  const { rows, columns, incomplete_label: incompleteLabel } = ui.data;
  if (active) {
    const row = rows[active[0]], cell = row.cells[active[1]];
    const words = [cell.note, cell.incomplete ? incompleteLabel : ""].filter(Boolean).join(". ");
    return [el("b", { key: "value", text: `${row.label}, ${columns[active[1]]}: ${cell.text || "no value"}` }), words ? el("span", { key: "words", text: words }) : null];
  }
  if (!rows.some((row) => row.cells.some((cell) => cell.incomplete))) return null;
  return [el("i", { key: "sign", class: "sign" }), el("span", { key: "label", text: incompleteLabel })];
}

function show(ui, cell) {
  const now = ui.local.cell ?? null;
  if (now === cell || (now && cell && now[0] === cell[0] && now[1] === cell[1])) return;
  ui.local.cell = cell;
  draw(ui);
}

// The next cell that exists in the direction of the key; the nearest one if a row is shorter.
function moved(ui, key) {
  const { rows } = ui.data, now = shown(ui);
  if (key === "Escape") return null;
  const [dr, dc] = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[key] || [];
  if (dr === undefined) return undefined;
  if (!now) {
    const first = rows.findIndex((row) => row.cells.length);
    return first < 0 ? undefined : [first, 0];
  }
  const r = now[0] + dr;
  if (!rows[r]?.cells.length) return now;
  return [r, Math.max(0, Math.min(rows[r].cells.length - 1, now[1] + dc))];
}

function onKey(ui, event) {
  const next = moved(ui, event.key);
  if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const region = event.currentTarget;
  show(ui, next);
  if (next) keepInView(region);
}

function keepInView(region) {
  const cell = region.querySelector("td.on"), head = region.querySelector("th");
  if (!cell || region.scrollWidth <= region.clientWidth) return;
  const box = cell.getBoundingClientRect(), frame = region.getBoundingClientRect(), left = frame.left + head.offsetWidth;
  if (box.left < left) region.scrollLeft -= left - box.left;
  else if (box.right > frame.right) region.scrollLeft += box.right - frame.right;
}

function draw(ui) {
  const { rows, columns, heads, label } = ui.data, active = shown(ui);
  render(ui, rows.length ? [el("div", {
    key: "region",
    class: "region",
    attrs: { tabindex: "0", role: "region", "aria-label": `${label}. The arrow keys go from cell to cell.` },
    on: {
      keydown: (event) => onKey(ui, event),
      blur: () => show(ui, null),
      pointerleave: (event) => { if (event.pointerType === "mouse") show(ui, null); },
    },
  }, el("table", null,
    el("thead", null, el("tr", null, heads.map((text, i) => el("th", { key: `head ${i}`, class: i ? "size" : "label", text, attrs: { scope: "col" } })),
      columns.map((text, i) => el("th", { key: `${i}`, class: "column", text, attrs: { scope: "col" } })))),
    el("tbody", null, rows.map((row, r) => el("tr", { key: `${r}` },
      el("th", { class: "label", text: row.label, attrs: { scope: "row" } }), el("td", { key: "size", class: "size", text: row.size_text }),
      columns.map((_, c) => cellView(ui, row.cells[c], r, c, active))))))),
  el("p", { key: "reading", class: "reading", attrs: { "aria-hidden": "true" } }, readingView(ui, active))] : null);
}

export default function (component) {
  draw(begin(component));
}

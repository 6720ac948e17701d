const KINDS = ["total", "up", "down"];
const percent = (share) => `${Math.round(share * 1e4) / 100}%`;

function rowView(bar, i, bars) {
  const kind = KINDS.includes(bar.kind) ? bar.kind : "total";
  const [start, end, now] = bar.place, next = i + 1 < bars.length;
  return el("li", { key: `${i}`, class: `row ${kind}` },
    el("span", { class: "name", text: bar.name }),
    el("span", { class: "lane", attrs: { "aria-hidden": "true" } },
      el("i", { class: "fill", attrs: { style: `left:${percent(start)};width:${percent(end - start)}` } }),
      next ? el("i", { key: "link", class: "link", attrs: { style: `left:${percent(now)}` } }) : null),
    el("span", { class: "value", text: bar.text }));
}

export default function (component) {
  const ui = begin(component);
  const { bars, zero, sentence, label } = ui.data;
  render(ui,
    sentence ? el("p", { key: "sentence", class: "sentence", text: sentence }) : null,
    bars.length ? el("ol", { key: "rows", class: "rows", attrs: { role: "list", "aria-label": label, style: `--zero:${percent(zero)}` } }, bars.map(rowView)) : null);
}

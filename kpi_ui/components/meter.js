export default function (component) {
  const ui = begin(component);
  const { label, value, total, note } = ui.data;
  const share = total > 0 ? Math.max(0, Math.min(1, value / total)) : 0;
  const words = `${value} of ${total} ${label}`;
  render(ui,
    el("div", { class: "label", text: words, attrs: { id: "label" } }),
    el("div", {
      class: "bar",
      attrs: {
        role: "meter", "aria-labelledby": "label", "aria-valuemin": "0", "aria-valuemax": String(total),
        "aria-valuenow": String(value), "aria-valuetext": words,
      },
    }, el("i", { attrs: { style: `width:${Math.round(share * 1000) / 10}%` } })),
    note ? el("div", { class: "note", text: note }) : null);
}

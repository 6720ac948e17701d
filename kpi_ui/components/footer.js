export default function (component) {
  const ui = begin(component);
  const { progress, back, forward, note } = ui.data;
  const percent = Math.round(progress * 1000) / 10;
  const move = (where) => ({ click: () => sendOnce(ui, "move", where) });
  render(ui,
    el("div", {
      class: "rule",
      attrs: {
        role: "progressbar", "aria-label": "Progress", "aria-valuemin": "0", "aria-valuemax": "100",
        "aria-valuenow": String(Math.round(percent)),
      },
    }, el("i", { attrs: { style: `width:${percent}%` } })),
    el("div", { class: "line" },
      back === null ? null : el("button", { key: "back", class: "back", text: back, attrs: { type: "button" }, on: move("back") }),
      el("span", { class: "gap" }),
      el("span", { key: "note", class: "note", text: note, attrs: { role: "status" } }),
      forward === null ? null : el("button", { key: "next", class: "filled", text: forward, attrs: { type: "button" }, on: move("next") })));
}

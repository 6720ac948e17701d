export default function (component) {
  const ui = begin(component);
  const { label, note, kind, disabled } = ui.data;
  render(ui, el("div", { class: "line" },
    el("button", {
      class: kind === "plain" ? "plain" : "filled",
      text: label,
      attrs: { type: "button" },
      props: { disabled },
      on: { click: () => sendOnce(ui, "press", true) },
    }),
    note ? el("span", { class: "note", text: note }) : null));
}

export default function (component) {
  const ui = begin(component);
  render(ui, el("dl", { class: ui.data.across ? "across" : "" }, ui.data.items.map((item) => el("div", { key: item.label },
    el("dt", { text: item.label }),
    el("dd", { class: "value" }, item.tone && item.tone !== "neutral" ? toned(item.value, item.tone) : item.value),
    item.note ? el("dd", { class: "note", text: item.note }) : null))));
}

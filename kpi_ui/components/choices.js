const NEXT = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function draw(ui) {
  const { items, label, columns, radio } = ui.data;
  const selected = guessed(ui, "selected", ui.data.selected);
  const choose = (id) => {
    if (!radio) return sendOnce(ui, "choose", id);
    if (id === selected) return undefined;
    guess(ui, "selected", id, send(ui, "choose", id));
    return draw(ui);
  };
  const onKey = (event, at) => {
    const step = NEXT[event.key] || 0;
    if (!radio || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const to = (at + step + items.length) % items.length;
    choose(items[to].id);
    ui.root.querySelectorAll(".card")[to].focus();
  };
  const reachable = items.some((item) => item.id === selected) ? selected : items[0]?.id;
  render(ui, el("div", {
    class: "cards",
    attrs: { role: radio ? "radiogroup" : "group", "aria-label": label, style: `--columns:${Number(columns)}` },
  }, items.map((item, i) => el("button", {
    key: item.id,
    class: "card",
    attrs: {
      type: "button",
      role: radio ? "radio" : null,
      "aria-checked": radio ? String(item.id === selected) : null,
      tabindex: radio && item.id !== reachable ? "-1" : "0",
    },
    on: { click: () => choose(item.id), keydown: (event) => onKey(event, i) },
  },
  el("span", { class: "top" },
    radio ? el("span", { class: "dot", attrs: { "aria-hidden": "true" } }) : null,
    el("span", { class: "title", text: item.title }),
    item.badge ? badge(item.badge) : null),
  item.text ? el("span", { class: "text", text: item.text }) : null,
  item.meta ? el("span", { class: "meta", text: item.meta }) : null))));
}

export default function (component) {
  draw(begin(component));
}

const SEVERITIES = { error: ["stop", "Error: "], warning: ["warn", "Warning: "], info: ["info", "Note: "] };

function draw(ui) {
  const { items, title, limit, empty } = ui.data;
  const shown = ui.local.all ? items : items.slice(0, limit);
  const toggle = () => {
    ui.local.all = !ui.local.all;
    draw(ui);
  };
  render(ui, el("section", { attrs: { "aria-labelledby": "title" } },
    el("h2", { text: title, attrs: { id: "title" } }),
    el("ul", { attrs: { role: "list" } },
      items.length ? null : el("li", { key: "\u0000empty", class: "empty" }, icon("check"), el("span", { class: "muted", text: empty })),
      shown.map((item) => {
        const [picture, word] = SEVERITIES[item.severity] || SEVERITIES.info;
        return el("li", { key: item.id, class: item.severity }, icon(picture), el("div", null,
          sr(word), el("b", { text: item.title }), " ", el("span", { text: item.text }),
          item.fix_label ? [" ", el("button", {
            class: "fix",
            text: item.fix_label,
            attrs: { type: "button" },
            on: { click: () => sendOnce(ui, "fix", item.id) },
          })] : null));
      })),
    items.length > limit ? el("button", {
      class: "more",
      text: ui.local.all ? `Show the first ${limit}` : `Show all ${items.length}`,
      attrs: { type: "button", "aria-expanded": String(Boolean(ui.local.all)) },
      on: { click: toggle },
    }) : null));
}

export default function (component) {
  draw(begin(component));
}

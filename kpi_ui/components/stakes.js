const STAKES = {
  proven: { tone: "bad", icon: "stop" },
  not_proven: { tone: "warn", icon: "warn" },
  at_reference: { tone: "good", icon: "check" },
  unknown: { tone: "muted", icon: "dashed" },
};

function draw(ui) {
  const { rows, title, note, empty } = ui.data;
  const selected = guessed(ui, "selected", ui.data.selected);
  const select = (id) => {
    const seq = send(ui, "select", id);
    if (ui.data.selected === null) return;
    guess(ui, "selected", id, seq);
    draw(ui);
  };
  const head = [
    el("h2", { key: "title", text: title, attrs: { id: "title" } }),
    note ? el("p", { key: "note", class: "note", text: note }) : null,
  ];
  if (!rows.length) {
    render(ui, ...head, el("p", { key: "empty", class: "empty", text: empty }));
    return;
  }
  render(ui, ...head, el("ul", { key: "rows", class: "stakes", attrs: { role: "list", "aria-labelledby": "title" } }, rows.map((row) => {
    const kind = Object.hasOwn(STAKES, row.state) ? row.state : "unknown";
    const look = STAKES[kind];
    return el("li", { key: row.id }, el("button", {
      class: "stake",
      attrs: { type: "button", "aria-current": row.id === selected ? "true" : null },
      on: { click: () => select(row.id) },
    },
    el("span", { class: "line main" }, el("span", { class: "name", text: row.name }), el("span", { class: "money", text: row.money })),
    el("span", { class: `bar ${kind}` }, el("i", { attrs: { style: `width:${row.share * 100}%` } })),
    el("span", { class: "line" },
      el("span", { class: "muted", text: row.text }),
      el("span", { class: `tag ${look.tone}` }, row.tag ? icon(look.icon) : null, el("span", { text: row.tag })))));
  })));
}

export default function (component) {
  draw(begin(component));
}

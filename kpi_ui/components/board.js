const MEASURES = { now: "check", stand_in: "warn", not_yet: "dashed" };

function draw(ui) {
  const { stages, add_label: addLabel } = ui.data;
  const selected = guessed(ui, "selected", ui.data.selected);
  const select = (id) => {
    guess(ui, "selected", id, send(ui, "select", id));
    draw(ui);
    showPanel(ui);
  };
  const card = (item) => el("li", { key: item.id }, el("button", {
    class: `card ${item.role === "primary" ? "primary" : ""}`.trim(),
    attrs: { type: "button", "aria-pressed": String(item.id === selected) },
    on: { click: () => select(item.id) },
  },
  item.role === "primary" || item.north_star ? el("span", { class: "role" },
    item.role === "primary" ? el("span", { text: "Primary" }) : null,
    item.north_star ? el("span", { text: "North star" }) : null) : null,
  el("span", { class: "name", text: item.name }),
  item.role === "primary" && item.reason ? el("span", { class: "reason", text: item.reason }) : null,
  item.measurable_label ? el("span", { class: `measure ${item.measurable in MEASURES ? item.measurable : ""}` },
    icon(MEASURES[item.measurable]), el("span", { text: item.measurable_label })) : null));

  const rows = 1 + Math.max(1, ...stages.map((stage) => stage.cards.length + (stage.can_add ? 1 : 0)));
  render(ui, el("div", { class: "board", attrs: { style: `--stages:${stages.length || 1};--rows:${rows}` } },
    stages.map((stage, i) => el("section", { key: stage.id, class: "stage", attrs: { "aria-labelledby": `stage-${i}` } },
      el("div", { class: "head" },
        el("h2", { text: stage.name, attrs: { id: `stage-${i}` } }),
        el("p", { class: "question", text: stage.question })),
      el("ul", { attrs: { role: "list" } },
        stage.cards.map(card),
        stage.can_add ? el("li", { key: "\u0000add" }, el("button", {
          class: "add",
          text: addLabel,
          attrs: { type: "button", "aria-label": `${addLabel}: ${stage.name}` },
          on: { click: () => sendOnce(ui, "add", stage.id) },
        })) : null)))));
}

// On a phone the panel stands below the board: bring it into sight.
function showPanel(ui) {
  const panel = ui.data.panel && document.querySelector(`.st-key-${CSS.escape(ui.data.panel)}`);
  if (!panel || window.innerWidth > 640) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  setTimeout(() => panel.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" }), 250);
}

export default function (component) {
  draw(begin(component));
}

const PHONE = 640; // px; the details stand below the list then

function draw(ui) {
  const { rows, label, selectable } = ui.data;
  const selected = guessed(ui, "selected", ui.data.selected);
  const select = (id) => {
    guess(ui, "selected", id, send(ui, "select", id));
    draw(ui);
    showPanel(ui);
  };
  render(ui, el("ul", { class: "shelf", attrs: { role: "list", "aria-label": label } },
    rows.map((row) => el("li", { key: row.id, class: "row" + (selectable && row.id === selected ? " on" : "") },
      el("div", { class: "main" },
        row.eyebrow ? el("div", { class: "eyebrow", text: row.eyebrow }) : null,
        selectable ? el("button", {
          class: "name",
          text: row.title,
          attrs: { type: "button", "aria-pressed": String(row.id === selected) },
          on: { click: () => select(row.id) },
        }) : el("div", { class: "name", text: row.title }),
        row.text ? el("div", { class: "text", text: row.text }) : null),
      el("div", { class: "state" },
        row.mark ? el("span", { class: "mark", text: row.mark }) : null,
        row.badge ? badge(row.badge, row.tone) : null),
      el("div", { class: "done" }, bar(row), row.share_text ? el("span", { class: "share", text: row.share_text }) : null),
      el("div", { class: "when", text: row.note }),
      el("div", { class: "acts" }, row.actions.map((action) => el("button", {
        key: action.id,
        class: "act",
        text: action.label,
        attrs: { type: "button", "aria-label": `${action.label}: ${row.title}` },
        on: { click: () => sendOnce(ui, "act", { row: row.id, action: action.id }) },
      })))))));
}

// The words beside it say the same, so the bar is left out of what is read aloud.
function bar(row) {
  if (row.share === null) return null;
  return el("span", { class: "bar", attrs: { "aria-hidden": "true" } },
    el("i", { attrs: { style: `width:${Math.round(row.share * 1000) / 10}%` } }));
}

function showPanel(ui) {
  const panel = ui.data.panel && document.querySelector(`.st-key-${CSS.escape(ui.data.panel)}`);
  if (!panel || window.innerWidth > PHONE) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  setTimeout(() => panel.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" }), 250);
}

export default function (component) {
  draw(begin(component));
}

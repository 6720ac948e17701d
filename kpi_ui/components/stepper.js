const STATES = { done: "done", trouble: "needs a look" };

export default function (component) {
  const ui = begin(component);
  const items = ui.data.steps.map((step, i) => el("li", { key: step.id, class: step.state },
    el("button", {
      attrs: { type: "button", title: step.label, "aria-current": step.state === "current" ? "step" : null },
      on: { click: () => send(ui, "go", step.id) },
    },
    el("span", { class: "disc" }, step.state === "done" ? icon("tick") : String(i + 1)),
    el("span", { class: "word", text: step.label }),
    STATES[step.state] ? sr(`, ${STATES[step.state]}`) : null)));
  render(ui, el("nav", { attrs: { "aria-label": ui.data.label } }, el("ol", null, items)));
}

const GAP_ICONS = { good: "check", warn: "warn", bad: "stop" };
const EDGE_STATES = {
  proven: { name: "proven", icon: "stop", spoken: ", bottleneck, proven" },
  not_proven: { name: "unproven", icon: "warn", spoken: ", bottleneck, not yet proven" },
};

function nodeView(node, row, pressed, select) {
  const tone = node.gap_tone in GAP_ICONS ? node.gap_tone : "muted";
  const fill = node.fill === null || node.fill === undefined ? null : `width:${node.fill * 100}%`;
  return el("button", {
    class: `node ${tone}${node.root ? " top" : ""}`,
    attrs: { type: "button", title: node.title || null, "aria-pressed": String(pressed), style: `grid-row:${row}` },
    on: { click: () => select(node.id) },
  },
  el("span", { class: "line first" },
    el("span", { class: "label", text: node.label }),
    el("span", { class: "gap" }, node.gap && tone in GAP_ICONS ? icon(GAP_ICONS[tone]) : null, el("span", { text: node.gap }))),
  el("span", { class: "line" },
    el("span", { class: "needed" }, el("span", { class: "value", text: node.needed }), el("span", { class: "word", text: " needed" })),
    node.now ? el("span", { class: "now" }, "now ", el("b", { text: node.now })) : null),
  fill === null ? null : el("span", { class: "bar" }, el("i", { attrs: { style: fill } })));
}

function asideView(node, row, covered) {
  if (!node.aside) return null;
  return el("div", { class: `aside${covered ? " covered" : ""}`, attrs: { style: `grid-row:${row}` } },
    el("span", { class: "label", text: node.aside[0] }), " ", el("span", { class: "fact", text: node.aside[1] }));
}

function edgeView(edge, row, pressed, select, pointed) {
  const state = Object.hasOwn(EDGE_STATES, edge.state) ? EDGE_STATES[edge.state] : null;
  return el("div", { class: `edge ${state ? state.name : ""}`.trim(), attrs: { style: `grid-row:${row}` } },
    el("button", {
      class: "pill",
      attrs: { type: "button", title: edge.title || null, "aria-pressed": String(pressed) },
      on: { click: () => select(edge.id) },
    },
    state ? icon(state.icon) : null,
    el("span", { class: "name", text: edge.name }),
    el("b", { text: edge.needed }),
    edge.now ? el("span", { class: "now", text: `now ${edge.now}` }) : null,
    state ? sr(state.spoken) : null),
    pointed ? el("i", { class: "link" }) : null);
}

// Tall texts may reach down beside the next node and pill; nothing else stands there.
function calloutView(callout, row, rows) {
  return el("div", {
    class: `callout${callout.proven ? "" : " unproven"}`,
    attrs: { style: `grid-row:${row} / span ${Math.min(3, rows - row + 1)}` },
  },
  el("div", { class: "head" }, el("b", { text: callout.title }), callout.money ? el("b", { text: callout.money }) : null),
  el("p", { text: callout.text }));
}

function draw(ui) {
  const { nodes, edges, callout, label } = ui.data;
  const selected = guessed(ui, "selected", ui.data.selected);
  const select = (id) => {
    guess(ui, "selected", id, send(ui, "select", id));
    draw(ui);
  };
  const at = callout ? edges.findIndex((edge) => Object.hasOwn(EDGE_STATES, edge.state)) : -1;
  const rows = nodes.length + edges.length;
  render(ui, el("ol", { class: "tree", attrs: { role: "list", "aria-label": label } }, nodes.flatMap((node, i) => {
    const row = 2 * i + 1, edge = edges[i];
    return [
      el("li", { key: `node ${node.id}`, class: "level" },
        nodeView(node, row, node.id === selected, select),
        asideView(node, row, at >= 0 && i === at + 1)),
      edge ? el("li", { key: `edge ${edge.id}`, class: `between${i === at ? " pointed" : ""}` },
        edgeView(edge, row + 1, edge.id === selected, select, i === at),
        i === at ? calloutView(callout, row + 1, rows) : null) : null,
    ];
  })));
}

export default function (component) {
  draw(begin(component));
}

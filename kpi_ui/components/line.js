// One KPI over its period: actual, expected, projected. Lines are drawn in a square that stretches; text
// stands beside it in px.

const KINDS = ["actual", "expected", "projection"];
const SIDE = 1000; // the drawing's own units
const LABEL = 19; // px that a label needs from the next
const WIDE = 900, LOW = 210, HIGH = 330; // px: from this width on the plot is as high as a projector deserves
const percent = (share) => `${Math.round(share * 1e4) / 100}%`;

function pathView(line, kind) {
  const d = line.points.map(([x, y], i) => `${i ? "L" : "M"}${(x * SIDE).toFixed(1)} ${((1 - y) * SIDE).toFixed(1)}`).join("");
  return d ? el("path", { class: kind, attrs: { d, "vector-effect": "non-scaling-stroke" } }) : null;
}

// Labels at their lines' ends, from the top down, pushed apart where they would touch.
function endLabels(lines, height) {
  const ends = lines.flatMap((line, i) => {
    const last = line?.points.at(-1);
    if (!last || !line.end.some(Boolean)) return [];
    return [{ kind: KINDS[i], text: line.end, x: last[0], y: (1 - last[1]) * height }];
  }).filter((end) => end.kind !== "actual" || end.x > 0.97).sort((a, b) => a.y - b.y);
  ends.forEach((end, i) => { if (i) end.y = Math.max(end.y, ends[i - 1].y + LABEL); });
  let floor = height;
  for (const end of [...ends].reverse()) {
    end.y = Math.min(end.y, floor);
    floor = end.y - LABEL;
  }
  return ends;
}

// The actual value's label beside its dot: below the line if the plan is above it, else above.
function nowLabel(lines, ends, height) {
  const [actual, expected] = lines;
  const last = actual?.points.at(-1);
  if (!last || last[0] > 0.97 || !actual.end.some(Boolean)) return null;
  const [x, share] = last, y = (1 - share) * height;
  const plan = expected?.points.find(([at]) => at >= x - 1e-6);
  const clear = (at) => x < 0.7 || ends.every((end) => Math.abs(end.y - at) >= LABEL);
  const below = { x, y: y + 16, text: actual.end, side: x < 0.9 ? "start" : "end" };
  const above = { x, y: y - 16, text: actual.end, side: x < 0.3 ? "start" : "end" };
  const first = plan && plan[1] < share ? above : below;
  const fits = (place) => place.y > -10 && place.y < height - 6 && (place.side === "end" || clear(place.y));
  return [first, first === below ? above : below].find(fits) || first;
}

function labelView(value, name) {
  return [value ? el("b", { text: value }) : null, value && name ? " " : null, name ? el("span", { text: name }) : null];
}

// The legend names the lines; pointing at a moment turns it into that moment's values.
function legendView(ui, active) {
  const { lines, labels, moments } = ui.data, moment = active === null ? null : moments[active];
  return el("div", { key: "legend", class: "legend", attrs: { "aria-hidden": "true" } },
    moment ? el("b", { key: "moment", class: "moment", text: moment.title }) : null,
    lines.map((line, i) => {
      if (!line?.points.length || (moment && !moment.values[i])) return null;
      return el("span", { key: KINDS[i], class: "entry" }, el("i", { class: `sign ${KINDS[i]}` }), el("span", { text: labels[i] }),
        moment ? el("b", { text: moment.values[i][1] }) : null);
    }));
}

function plotView(ui, active, height) {
  const { lines, x_ticks: xTicks, y_ticks: yTicks, moments } = ui.data;
  const moment = active === null ? null : moments[active];
  const last = lines[0]?.points.at(-1), ends = endLabels(lines, height), now = nowLabel(lines, ends, height);
  const at = (x, y) => `left:${percent(x)};top:${percent(1 - y)}`;
  return el("div", { class: "frame", attrs: { "aria-hidden": "true" } },
    el("div", { class: "values" }, yTicks.map(([y, text]) => el("span", { text, attrs: { style: `top:${((1 - y) * height).toFixed(1)}px` } }))),
    el("div", { class: "plot" },
      yTicks.map(([y]) => el("i", { class: "grid", attrs: { style: `top:${percent(1 - y)}` } })),
      el("svg", { attrs: { viewBox: `0 0 ${SIDE} ${SIDE}`, preserveAspectRatio: "none", focusable: "false" } },
        [1, 2, 0].map((i) => (lines[i] ? pathView(lines[i], KINDS[i]) : null))),
      moment ? el("i", { key: "hair", class: "hair", attrs: { style: `left:${percent(moment.at)}` } }) : null,
      last ? el("i", { key: "dot", class: "dot actual", attrs: { style: at(...last) } }) : null,
      moment ? moment.values.map((value, i) => (value ? el("i", { key: `at ${i}`, class: `dot ${KINDS[i]}`, attrs: { style: at(moment.at, value[0]) } }) : null)) : null,
      now ? el("span", { key: "now", class: `now ${now.side}`, attrs: { title: now.text.filter(Boolean).join(" "), style: `left:${percent(now.x)};top:${now.y.toFixed(1)}px` } }, labelView(...now.text)) : null),
    el("div", { class: "ends" }, ends.map((end) => el("span", {
      key: end.kind, class: end.kind, attrs: { style: `top:${end.y.toFixed(1)}px`, title: end.text.filter(Boolean).join(" ") },
    }, labelView(...end.text)))),
    el("div", { class: "times" }, xTicks.map(([x, text]) => el("span", {
      class: x < 0.04 ? "first" : x > 0.96 ? "end" : "", text, attrs: { style: `left:${percent(x)}` },
    }))));
}

function tableView({ moments, lines, labels, label }) {
  const shown = labels.map((name, i) => [name, i]).filter(([, i]) => lines[i]?.points.length);
  const ends = shown.map(([name, i]) => [name, lines[i].end.filter(Boolean).join(" ")]).filter(([, text]) => text);
  return el("div", { key: "table", class: "sr" },
    el("p", { text: ends.map(([name, text]) => `${name}: ${text}`).join(". ") }),
    moments.length ? el("table", null,
      el("caption", { text: label }),
      el("thead", null, el("tr", null, el("th", { text: "When", attrs: { scope: "col" } }),
        shown.map(([name]) => el("th", { text: name, attrs: { scope: "col" } })))),
      el("tbody", null, moments.map((moment) => el("tr", null, el("th", { text: moment.title, attrs: { scope: "row" } }),
        shown.map(([, i]) => el("td", { text: moment.values[i]?.[1] ?? "" })))))) : null);
}

function show(ui, moment) {
  if ((ui.local.moment ?? null) === moment) return;
  ui.local.moment = moment;
  draw(ui);
}

function onKey(ui, event) {
  const count = ui.data.moments.length, now = ui.local.moment ?? null;
  const next = {
    ArrowRight: now === null ? 0 : Math.min(count - 1, now + 1),
    ArrowLeft: now === null ? count - 1 : Math.max(0, now - 1),
    Home: 0,
    End: count - 1,
    Escape: null,
  }[event.key];
  if (next === undefined || !count || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  show(ui, next);
}

function onPoint(ui, event) {
  const box = event.currentTarget.querySelector(".plot").getBoundingClientRect(), { moments } = ui.data;
  const x = (event.clientX - box.left) / box.width;
  if (!moments.length || x < -0.04 || x > 1.04) return show(ui, null);
  const distance = (i) => Math.abs(moments[i].at - x);
  show(ui, moments.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0));
}

function draw(ui) {
  const { lines, moments, label } = ui.data;
  const kept = ui.local.moment ?? null, active = kept !== null && kept < moments.length ? kept : null;
  const height = ui.height;
  render(ui, lines.some((line) => line?.points.length) ? el("div", {
    class: "chart",
    attrs: {
      style: `--height:${height}px`,
      tabindex: "0",
      role: "group",
      "aria-label": `${label}: chart.${moments.length ? " The arrow keys show the values of a moment; a table with all values follows." : ""}`,
    },
    on: {
      keydown: (event) => onKey(ui, event),
      blur: () => show(ui, null),
      pointermove: (event) => onPoint(ui, event),
      pointerdown: (event) => onPoint(ui, event),
      pointerleave: (event) => { if (event.pointerType === "mouse") show(ui, null); },
    },
  }, legendView(ui, active), plotView(ui, active, height)) : el("p", { class: "muted", text: "There are no values to draw yet." }), tableView(ui.data));
}

function fit(ui) {
  const height = ui.root.clientWidth >= WIDE ? HIGH : LOW;
  if (ui.height === height) return;
  ui.height = height;
  draw(ui);
}

export default function (component) {
  const ui = begin(component), observer = new ResizeObserver(() => fit(ui));
  ui.height = ui.root.clientWidth >= WIDE ? HIGH : LOW;
  draw(ui);
  observer.observe(ui.root);
  return () => observer.disconnect();
}

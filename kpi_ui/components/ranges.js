const SAME_PLACE = 0.006; // of the scale: closer than this, the requirement would hide the baseline's dot

const percent = (share) => `${Math.round(share * 1e5) / 1e3}%`;

// A small arrow at the edge of the scale, for what lies beyond it.
function beyond(side, kind, level = null) {
  return side ? el("i", { class: `beyond ${kind} ${side < 0 ? "below" : "above"}`, attrs: { style: level } }) : null;
}

function sourceView(bar, i) {
  const [before, after] = bar.fade;
  const start = bar.from - before, width = bar.to + after - start, level = `--level:${i + 1}`;
  const fades = before || after ? `;--solid-from:${percent(0.8 * before / width)};--solid-to:${percent(1 - 0.8 * after / width)}` : "";
  const kind = `${bar.different ? " different" : ""}${bar.stub ? " stub" : width ? "" : " point"}${fades ? " open" : ""}`;
  return [
    el("span", {
      key: `source ${i}`, class: `source${kind}`,
      attrs: { title: bar.title, style: `left:${percent(start)};width:${percent(width)};${level}${fades}` },
    }, el("i", { class: "bar" })),
    bar.typical === null ? null : el("i", {
      key: `typical ${i}`, class: "typical", attrs: { style: `left:${percent(bar.typical)};${level}` },
    }),
    bar.out.map((side) => beyond(side, "bars", level)),
  ];
}

function whiskerView({ whisker, title, out }) {
  const [below, above] = whisker.out;
  return [
    el("span", {
      key: "whisker", class: `whisker${below ? " cut-low" : ""}${above ? " cut-high" : ""}`,
      attrs: { title, style: `left:${percent(whisker.from)};width:${percent(whisker.to - whisker.from)}` },
    }),
    out ? null : [beyond(below, "ends"), beyond(above, "ends")],
  ];
}

function markView(mark, kind, extra, ...parts) {
  return [
    el("span", { key: kind, class: `${kind}${extra}`, attrs: { title: mark.title, style: `left:${percent(mark.at)}` } }, parts),
    beyond(mark.out, `${kind}${extra}`),
  ];
}

function marksView({ sources, baseline, requirement, target }) {
  const dot = baseline && baseline.at !== null;
  const together = dot && requirement && Math.abs(baseline.at - requirement.at) < SAME_PLACE;
  return [
    sources.map(sourceView),
    baseline?.whisker ? whiskerView(baseline) : null,
    dot ? markView(baseline, "dot", "") : null,
    target ? markView(target, "flag", "", el("i", { class: "head" }), el("i", { class: "pole" })) : null,
    requirement ? markView(requirement, "need", together ? " together" : "") : null,
  ];
}

function tickView([at, text], i) {
  const side = at < 0.02 ? " first" : at > 0.98 ? " last" : "";
  return el("span", { key: `tick ${i}`, class: `tick${side}`, attrs: { style: `left:${percent(at)}` } }, el("span", { text }));
}

function figureView(label, kind, text, note) {
  return el("div", { class: `figure ${kind}` },
    text || note ? sr(`${label} `) : null,
    text ? el("span", { class: "value", text }) : null, text && note ? " " : null,
    note ? el("span", { class: "note", text: note }) : null);
}

function stakeView(label, row) {
  return el("div", { class: "stake" },
    row.state_text ? toned(row.state_text, row.state_tone, "state") : null, " ",
    row.stake_text ? el("span", { class: "note" }, el("span", { class: "label", text: `${label} ` }), row.stake_text) : null);
}

function rowView(row, i, on, labels, select) {
  return el("li", { key: row.id, class: `row${on ? " on" : ""}`, on: { click: (event) => {
    event.currentTarget.querySelector(".name").focus({ preventScroll: true });
    select(row.id);
  } } },
    el("div", { class: "metric" },
      el("button", {
        class: "name", text: row.name,
        attrs: { type: "button", "aria-pressed": String(on), "aria-describedby": row.words ? `marks-${i}` : null },
      }),
      row.more ? el("span", { class: "more", text: ` +${row.more}`, attrs: { title: row.more_title } }) : null,
      row.note ? el("div", { class: "note", text: row.note }) : null),
    el("div", { class: `chart${row.drawn ? "" : " blank"}`, attrs: { id: `marks-${i}`, role: row.words ? "img" : null, "aria-label": row.words || null } },
      el("div", { class: "scale" }, row.ticks.map(tickView), marksView(row))),
    figureView(labels[2], "baseline", row.baseline_text, row.baseline_note),
    figureView(labels[3], "target", row.target_text, row.target_note),
    stakeView(labels[4], row));
}

function legendView([baseline, source, different, requirement], target) {
  const entry = (kind, text, ...parts) => el("span", { class: "entry" }, el("span", { class: `sign ${kind}-sign` }, parts), text);
  const part = (name) => el("i", { class: name });
  return el("div", { key: "legend", class: "legend", attrs: { "aria-hidden": "true" } },
    entry("baseline", baseline, el("span", { class: "whisker" }), el("span", { class: "dot" })),
    entry("source", source, el("span", { class: "source" }, part("bar")), part("typical")),
    entry("different", different, el("span", { class: "source different" }, part("bar"))),
    entry("need", requirement, el("span", { class: "need" })),
    entry("flag", target, el("span", { class: "flag" }, part("head"), part("pole"))));
}

function draw(ui) {
  const { rows, columns, legend, caption } = ui.data;
  const selected = guessed(ui, "selected", ui.data.selected);
  const select = (id) => {
    guess(ui, "selected", id, send(ui, "select", id));
    draw(ui);
  };
  const kinds = ["metric", "chart", "figure baseline", "figure target", "stake"];
  render(ui, rows.length ? el("div", { class: "ranges" },
    legendView(legend, columns[3]),
    el("div", { key: "columns", class: "columns", attrs: { "aria-hidden": "true" } },
      columns.map((text, i) => el("span", { class: kinds[i], text }))),
    el("ul", { attrs: { role: "list", "aria-label": caption } },
      rows.map((row, i) => rowView(row, i, row.id === selected, columns, select)))) : null);
}

export default function (component) {
  draw(begin(component));
}

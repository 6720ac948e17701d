function readout(ui, row, i) {
  const naive = row.naive_texts.length ? row.naive_texts[i] : null;
  return [
    el("span", { key: "now" }, `${ui.data.months[i]} `, el("b", { text: row.texts[i] ?? "" })),
    naive === null ? null : el("span", { key: "naive", text: `${ui.data.naive_label} ${naive}` }),
  ];
}

function barView(kind, height) {
  return el("i", { class: height > 0 ? kind : `${kind} none`, attrs: { style: `height:${height * 100}%` } });
}

function rowView(ui, row, active) {
  const { months } = ui.data;
  const late = (i) => row.marker !== null && i > row.marker;
  return el("div", { class: "row" },
    el("div", { class: "head" },
      el("div", { class: "name", text: row.name }),
      el("div", { class: `note${active === null ? "" : " reading"}` },
        row.note ? toned(row.note, row.tone, "said") : null,
        active === null ? null : el("span", { key: "readout", class: "readout" }, readout(ui, row, active)))),
    el("div", { class: "plot" }, months.map((_, i) => el("div", {
      class: `month${i === active ? " on" : ""}${late(i) ? " late" : ""}${row.marker === i ? " last" : ""}`,
    },
    row.heights.length ? barView("plan", row.heights[i]) : null,
    row.naive_heights.length ? barView("naive", row.naive_heights[i]) : null))));
}

function tableView(ui) {
  const { months, rows, label, plan_label: planLabel, naive_label: naiveLabel, marker_label: markerLabel } = ui.data;
  const lines = rows.flatMap((row) => [
    [`${row.name}, ${planLabel}`, row.texts, row.marker],
    ...(row.naive_texts.length ? [[`${row.name}, ${naiveLabel}`, row.naive_texts, null]] : []),
  ]);
  return el("div", { key: "table", class: "sr" }, el("table", null,
    el("caption", { text: label }),
    el("thead", null, el("tr", null, el("th", { text: "Month", attrs: { scope: "col" } }),
      lines.map(([name]) => el("th", { text: name, attrs: { scope: "col" } })))),
    el("tbody", null, months.map((month, i) => el("tr", null, el("th", { text: month, attrs: { scope: "row" } }),
      lines.map(([, texts, marker]) => el("td", { text: `${texts[i] ?? ""}${marker === i ? ` (${markerLabel})` : ""}` })))))));
}

function keepInView(ui, region, i) {
  const month = region.querySelectorAll(".months > span")[i];
  const head = region.querySelector(".head");
  if (!month || region.scrollWidth <= region.clientWidth) return;
  const inset = getComputedStyle(head).position === "sticky" && head.offsetWidth < region.clientWidth / 2 ? head.offsetWidth : 0;
  const box = month.getBoundingClientRect(), frame = region.getBoundingClientRect();
  if (box.left < frame.left + inset) region.scrollLeft -= frame.left + inset - box.left;
  else if (box.right > frame.right) region.scrollLeft += box.right - frame.right;
}

function onKey(ui, event) {
  const count = ui.data.months.length, now = ui.local.month ?? null;
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
  if (next !== null) keepInView(ui, event.currentTarget, next);
}

function show(ui, month) {
  if ((ui.local.month ?? null) === month) return;
  ui.local.month = month;
  draw(ui);
}

function onPoint(ui, event) {
  const spans = event.currentTarget.querySelectorAll(".months > span");
  const index = [...spans].findIndex((span) => {
    const box = span.getBoundingClientRect();
    return event.clientX >= box.left && event.clientX < box.right;
  });
  show(ui, index < 0 ? null : index);
}

function draw(ui) {
  const { months, rows, label, plan_label: planLabel, naive_label: naiveLabel, marker_label: markerLabel } = ui.data;
  const kept = ui.local.month ?? null;
  const active = kept !== null && kept < months.length ? kept : null;
  const naive = rows.some((row) => row.naive_heights.length), marked = rows.some((row) => row.marker !== null && row.marker >= 0);
  render(ui,
    naive || marked ? el("div", { key: "legend", class: "legend", attrs: { "aria-hidden": "true" } },
      el("span", null, el("i", { class: "plan" }), planLabel),
      naive ? el("span", { key: "naive" }, el("i", { class: "naive" }), naiveLabel) : null,
      marked ? el("span", { key: "marker" }, el("i", { class: "marker" }), markerLabel) : null) : null,
    el("div", {
      key: "region",
      class: "region",
      attrs: { tabindex: "0", role: "region", "aria-label": `${label}: chart. The arrow keys show the values of a month; a table with all values follows.` },
      on: {
        keydown: (event) => onKey(ui, event),
        blur: () => show(ui, null),
        pointermove: (event) => onPoint(ui, event),
        pointerdown: (event) => onPoint(ui, event),
        pointerleave: (event) => { if (event.pointerType === "mouse") show(ui, null); },
      },
    },
    el("div", { class: "chart", attrs: { style: `--months:${months.length}`, "aria-hidden": "true" } },
      rows.map((row) => rowView(ui, row, active)),
      el("div", { class: "months" }, months.map((month, i) => el("span", { class: i === active ? "on" : "", text: month }))))),
    tableView(ui));
}

export default function (component) {
  draw(begin(component));
}

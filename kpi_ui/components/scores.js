function bar(score, maximum, why) {
  const filled = Math.max(0, Math.min(maximum, Number(score) || 0));
  return el("span", {
    class: "score",
    attrs: { role: "img", "aria-label": `${filled} of ${maximum}${why ? `: ${why}` : ""}`, title: why || null },
  }, Array.from({ length: maximum }, (_, i) => el("i", { class: i < filled ? "on" : "" })));
}

function draw(ui) {
  const { criteria, rows, caption, maximum } = ui.data;
  const given = rows.find((row) => row.chosen)?.id ?? null;
  const chosen = guessed(ui, "chosen", given);
  const opened = (ui.local.opened ??= new Set());
  const choose = (id) => {
    guess(ui, "chosen", id, send(ui, "choose", id));
    draw(ui);
  };
  const toggle = (id) => {
    if (!opened.delete(id)) opened.add(id);
    draw(ui);
  };
  const body = rows.flatMap((row, i) => {
    const refused = row.refused !== null && row.refused !== undefined;
    const isChosen = row.id === chosen && !refused;
    const isOpen = opened.has(row.id);
    const words = el("span", { class: "words" },
      el("span", { class: "name", text: row.name }),
      row.recommended && !refused ? badge("Recommended") : null,
      refused ? el("span", { class: "refusal", text: row.refused }) : null);
    const head = refused
      ? el("span", { class: "pick" }, icon("dashed"), words)
      : el("label", { class: "pick" }, el("input", {
        attrs: { type: "radio", name: "candidate", value: row.id },
        props: { checked: isChosen },
        on: { change: () => choose(row.id) },
      }), words);
    return [
      el("tr", {
        key: `row ${row.id}`,
        class: `row${isChosen ? " chosen" : ""}${refused ? " refused" : ""}`,
        attrs: { role: "row" },
      },
      el("th", { attrs: { role: "rowheader", scope: "row" } }, head),
      criteria.map((criterion, j) => el("td", { key: criterion.id, class: "criterion", attrs: { role: "cell", "data-label": criterion.name } },
        row.scores[j] ? bar(row.scores[j][0], maximum, row.scores[j][1]) : null)),
      el("td", { key: "\u0000total", class: "total", text: row.total, attrs: { role: "cell", "data-label": "Total" } }),
      el("td", { key: "\u0000why", attrs: { role: "cell" } }, row.scores.length ? el("button", {
        class: "why",
        attrs: {
          type: "button", "aria-expanded": String(isOpen), "aria-controls": isOpen ? `why-${i}` : null,
          "aria-label": `Why: ${row.name}`,
        },
        on: { click: () => toggle(row.id) },
      }, "Why", icon("chevron")) : null)),
      isOpen ? el("tr", { key: `why ${row.id}`, class: "reasons", attrs: { role: "row", id: `why-${i}` } },
        el("td", { attrs: { role: "cell", colspan: String(criteria.length + 3) } }, el("dl", null,
          criteria.map((criterion, j) => row.scores[j] ? el("div", { key: criterion.id },
            el("dt", { text: criterion.name }),
            el("dd", { text: `${row.scores[j][0]} of ${maximum}${row.scores[j][1] ? `: ${row.scores[j][1]}` : ""}` })) : null)))) : null,
    ];
  });
  render(ui, el("div", { class: "frame" }, el("table", { attrs: { role: "table" } },
    el("caption", { class: "sr", text: caption }),
    el("thead", { attrs: { role: "rowgroup" } }, el("tr", { attrs: { role: "row" } },
      el("th", { key: "\u0000name", text: "Candidate", attrs: { role: "columnheader", scope: "col" } }),
      criteria.map((criterion) => el("th", { key: criterion.id, text: criterion.name, attrs: { role: "columnheader", scope: "col" } })),
      el("th", { key: "\u0000total", class: "total", text: "Total", attrs: { role: "columnheader", scope: "col" } }),
      el("th", { key: "\u0000why", attrs: { role: "columnheader", scope: "col" } }, sr("Reasons")))),
    el("tbody", { attrs: { role: "rowgroup" } }, body))));
}

export default function (component) {
  draw(begin(component));
}

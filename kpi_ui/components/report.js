const ALIGN = new Set(["right", "center"]);
const list = (value) => (Array.isArray(value) ? value : []);

function hero(block) {
  return el("header", { class: "hero" },
    block.eyebrow ? el("p", { class: "eyebrow", text: block.eyebrow }) : null,
    el("h2", { text: block.title }),
    block.text ? el("p", { class: "prose", text: block.text }) : null,
    list(block.facts).length ? el("dl", null, list(block.facts).map((fact) => el("div", null,
      el("dt", { text: fact.label }), el("dd", { class: "value", text: fact.value }),
      fact.note ? el("dd", { class: "note", text: fact.note }) : null))) : null);
}

function section(block) {
  return el("div", { class: "section", attrs: { id: block.id || null } },
    el("h2", { text: block.title }),
    block.note ? el("p", { class: "note", text: block.note }) : null);
}

function cards(block, heading) {
  return el("div", { class: "cards", attrs: { style: `--columns:${Math.max(1, Number(block.columns) || 3)}` } },
    list(block.items).map((item) => el("article", { class: "item" + (item.accent ? " accent" : "") },
      item.eyebrow ? el("p", { class: "eyebrow", text: item.eyebrow }) : null,
      el("div", { class: "top" }, el(heading, { text: item.title }), item.badge ? badge(item.badge, item.tone) : null),
      item.text ? el("p", { class: "words", text: item.text }) : null,
      list(item.rows).length ? el("dl", null, list(item.rows).map((row) => el("div", null,
        el("dt", { text: row.label }), el("dd", { text: row.value })))) : null)));
}

function cellView(cell, tag, column) {
  const whole = cell !== null && typeof cell === "object" ? cell : { value: cell };
  return el(tag, {
    class: ALIGN.has(column.align) ? column.align : "",
    attrs: { scope: tag === "th" ? "row" : null },
  }, String(whole.value ?? ""), whole.note ? el("div", { class: "note", text: whole.note }) : null);
}

function table(block, name) {
  const columns = list(block.columns);
  return el("div", { class: "scroll", attrs: { tabindex: "0", role: "region", "aria-label": block.label || name || "Table" } },
    el("table", null,
      el("thead", null, el("tr", null, columns.map((column) => el("th", {
        text: column.label, class: ALIGN.has(column.align) ? column.align : "", attrs: { scope: "col" },
      })))),
      el("tbody", null, list(block.rows).map((row) => el("tr", null,
        columns.map((column, i) => cellView(row[i], i === 0 ? "th" : "td", column)))))));
}

function blockView(block, name, heading) {
  switch (block.kind) {
    case "hero": return hero(block);
    case "section": return section(block);
    case "cards": return cards(block, heading);
    case "table": return table(block, name);
    case "list": return el(block.ordered ? "ol" : "ul", { class: "items" }, list(block.items).map((item) => el("li", { text: item })));
    case "text": return el("p", { class: "prose", text: block.text });
    case "definition": return el("dl", { class: "terms" }, list(block.items).map((item) => el("div", null,
      el("dt", { text: item.term }), el("dd", { text: item.text }))));
    case "chain": return chainView(block.steps, block.rates);
    default: return null;
  }
}

export default function (component) {
  const ui = begin(component);
  let name = "", tables = 0, heading = "h2"; // no h3 before the first h2
  const views = list(ui.data.blocks).map((block) => {
    if (block.kind === "section" || block.kind === "hero") {
      name = block.title;
      tables = 0;
      heading = "h3";
    }
    if (block.kind === "table") tables += 1;
    return blockView(block, tables > 1 ? `${name}, table ${tables}` : name, heading);
  });
  render(ui, el("div", { class: "doc" }, views));
}

function commit(ui, input) {
  const own = input.kpiCell;
  if (input.disabled || input.value === own.sent) return;
  own.sent = input.value;
  send(ui, "edit", { row: own.row, column: own.column, value: input.value });
}

const isPending = (ui, row, column) => ui.pending.some((event) =>
  event.name === "edit" && event.value.row === row && event.value.column === column);

function onKey(ui, event) {
  const input = event.currentTarget;
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Escape") {
    input.value = input.kpiCell.sent;
    return;
  }
  if (event.key !== "Enter") return;
  event.preventDefault();
  commit(ui, input);
  const column = [...ui.root.querySelectorAll("input.text:not(:disabled)")]
    .filter((other) => other.kpiCell.column === input.kpiCell.column);
  const next = column[column.indexOf(input) + (event.shiftKey ? -1 : 1)];
  if (next) {
    next.focus();
    next.select();
  }
}

function onLeave(ui, event) {
  const input = event.currentTarget, own = input.kpiCell;
  commit(ui, input);
  if (!isPending(ui, own.row, own.column) && input.value !== own.data) input.value = own.sent = own.data;
}

// The text of inputs is theirs: new data gets in unless the user is in there, or has an edit on its way.
function fillInputs(ui) {
  const epoch = ui.data.epoch;
  for (const input of ui.root.querySelectorAll("input.text")) {
    const { row, column, value } = input.kpiView.cell;
    const own = input.kpiCell ?? (input.kpiCell = {});
    const fresh = own.epoch !== epoch || own.row !== row || own.column !== column;
    const busy = ui.host.activeElement === input || isPending(ui, row, column);
    Object.assign(own, { row, column, epoch, data: value });
    if (fresh || !busy) {
      own.sent = value;
      if (input.value !== value) input.value = value;
    }
  }
}

function textCell(ui, cell, rowId, pick, selected) {
  const value = cell.tone && cell.tone !== "neutral" ? toned(cell.value, cell.tone) : el("span", { text: cell.value });
  const shown = pick ? el("button", {
    class: "name",
    attrs: { type: "button", "aria-pressed": String(selected) },
    on: { click: () => pick(rowId) },
  }, value) : value;
  return el("div", { class: "said" },
    el("div", { class: "line" }, shown, cell.badge ? badge(cell.badge, cell.badge_tone) : null),
    cell.note ? el("div", { class: "note", text: cell.note }) : null);
}

function inputCell(ui, cell, rowId, columnId, hintId) {
  const hint = cell.error || cell.echo;
  const input = el("input", {
    class: "text",
    attrs: {
      type: "text", autocomplete: "off", spellcheck: "false", placeholder: cell.placeholder || null,
      "aria-label": cell.label, "aria-invalid": cell.error ? "true" : null,
      "aria-describedby": hint ? hintId : null, maxlength: "2000",
    },
    props: { disabled: cell.disabled },
    on: {
      change: (event) => commit(ui, event.currentTarget),
      keydown: (event) => onKey(ui, event),
      blur: (event) => onLeave(ui, event),
    },
  });
  input.cell = { row: rowId, column: columnId, value: cell.value };
  return el("div", null,
    el("div", { class: "field" },
      cell.prefix ? el("span", { key: "before", class: "fix", text: cell.prefix }) : null,
      input,
      cell.suffix ? el("span", { key: "after", class: "fix", text: cell.suffix }) : null),
    hint ? el("div", { key: "hint", class: "hint" + (cell.error ? " error" : ""), attrs: { id: hintId } },
      cell.error ? icon("stop") : null, hint) : null);
}

function selectCell(ui, cell, rowId, columnId) {
  const id = JSON.stringify([rowId, columnId]);
  const value = guessed(ui, id, cell.value);
  const known = cell.options.some(([option]) => option === value);
  return el("label", { class: "choice" },
    el("select", {
      attrs: { "aria-label": cell.label },
      props: { disabled: cell.disabled, value: known ? value : "" },
      on: {
        change: (event) => {
          const chosen = event.currentTarget.value;
          guess(ui, id, chosen, send(ui, "edit", { row: rowId, column: columnId, value: chosen }));
          draw(ui);
        },
      },
    },
    known ? null : el("option", { key: "\u0000none", text: "Choose", attrs: { value: "", disabled: "", hidden: "" } }),
    cell.options.map(([option, label]) => el("option", { key: option, text: label, attrs: { value: option } }))),
    icon("chevron"));
}

function checkCell(ui, cell, rowId, columnId) {
  const id = JSON.stringify([rowId, columnId]);
  return el("label", { class: "tick" }, el("input", {
    attrs: { type: "checkbox", "aria-label": cell.label },
    props: { disabled: cell.disabled, checked: guessed(ui, id, cell.value) },
    on: {
      change: (event) => {
        const checked = event.currentTarget.checked;
        guess(ui, id, checked, send(ui, "edit", { row: rowId, column: columnId, value: checked }));
      },
    },
  }));
}

function buttonCell(ui, cell, rowId, columnId) {
  return el("button", {
    class: "small",
    text: cell.label,
    attrs: { type: "button", "aria-label": cell.title || null },
    props: { disabled: cell.disabled },
    on: {
      click: () => sendOnce(ui, "edit", { row: rowId, column: columnId, value: true }, JSON.stringify([rowId, columnId])),
    },
  });
}

function cellContent(ui, cell, row, column, at, pick, selected) {
  switch (cell.kind) {
    case "text": return textCell(ui, cell, row.id, pick, selected);
    case "input": return inputCell(ui, cell, row.id, column.id, `hint-${at}`);
    case "select": return selectCell(ui, cell, row.id, column.id);
    case "check": return checkCell(ui, cell, row.id, column.id);
    case "button": return buttonCell(ui, cell, row.id, column.id);
    default: return null;
  }
}

function draw(ui) {
  const { columns, rows, caption, selectable } = ui.data;
  const chosen = guessed(ui, "selected", ui.data.selected);
  const select = (id) => {
    guess(ui, "selected", id, send(ui, "select", id));
    draw(ui);
  };
  const align = (column) => (column.align === "right" || column.align === "center" ? column.align : "");
  const body = [];
  let group = "";
  rows.forEach((row, i) => {
    if (row.group && row.group !== group) {
      body.push(el("tr", { key: `group ${row.group} ${i}`, class: "group", attrs: { role: "row" } },
        el("th", { text: row.group, attrs: { role: "rowheader", scope: "colgroup", colspan: String(columns.length) } })));
    }
    group = row.group;
    const selected = row.id === chosen;
    body.push(el("tr", {
      key: `row ${row.id}`,
      class: `row${selected ? " selected" : ""}${selectable ? " pick" : ""}`,
      attrs: { role: "row" },
      on: selectable ? { click: (event) => { if (!event.target.closest("button, input, select, label")) select(row.id); } } : {},
    }, columns.map((column, j) => {
      const cell = row.cells[column.id];
      const head = j === 0;
      const empty = !cell || (cell.kind === "text" && !cell.value && !cell.note && !cell.badge);
      return el(head ? "th" : "td", {
        key: column.id,
        class: `${align(column)} ${empty ? "empty" : cell.kind}`.trim(),
        attrs: {
          role: head ? "rowheader" : "cell", scope: head ? "row" : null, "data-label": column.label,
        },
      }, empty ? null : cellContent(ui, cell, row, column, `${i}-${j}`, head && selectable ? select : null, selected));
    })));
  });
  render(ui, el("div", { class: "frame" }, el("table", { attrs: { role: "table" } },
    el("caption", { class: "sr", text: caption }),
    el("thead", { attrs: { role: "rowgroup" } }, el("tr", { attrs: { role: "row" } }, columns.map((column) => el("th", {
      key: column.id,
      class: align(column),
      attrs: {
        role: "columnheader", scope: "col", title: column.note || null,
        style: column.width ? `width:${Number(column.width)}px` : null,
      },
    }, column.label || sr("Actions"), column.note ? icon("info") : null, column.note ? sr(`: ${column.note}`) : null)))),
    el("tbody", { attrs: { role: "rowgroup" } }, body))));
  fillInputs(ui);
}

export default function (component) {
  draw(begin(component));
}

// Tables that sort: a click or Enter on a column's name sorts by it, again turns it round. Without this script they
// are plain tables. Numbers sort as numbers, times as times, and empty cells come last whichever way.
"use strict";

(() => {
  const HINT = "Sort by this column";

  for (const table of document.querySelectorAll("table.sortable")) {
    const head = table.tHead?.rows[0];
    if (!head) continue;
    [...head.cells].forEach((cell, column) => {
      if (cell.classList.contains("no-sort") || !cell.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.title = HINT;
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => sort(table, column));
    });
  }

  function sort(table, column) {
    const cells = [...table.tHead.rows[0].cells], cell = cells[column];
    const isNumber = cell.classList.contains("num") || table.classList.contains("numbers") && column > 0;
    // What is best is mostly large: numbers begin with the largest, words with A.
    const first = isNumber ? "descending" : "ascending";
    const turned = cell.getAttribute("aria-sort") === first ? (isNumber ? "ascending" : "descending") : first;
    for (const other of cells) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", turned);
    const sign = turned === "ascending" ? 1 : -1;
    for (const body of table.tBodies) {
      const rows = [...body.rows], key = isNumber ? number : words;
      const fixed = rows.filter((row) => row.classList.contains("total"));
      const keyed = rows.filter((row) => !row.classList.contains("total")).map((row) => ({ row, key: key(row.cells[column]) }));
      // Sorting is stable: equal rows keep the order that they have.
      keyed.sort((a, b) => (a.key === null) - (b.key === null) || sign * compare(a.key, b.key));
      body.append(...keyed.map(({ row }) => row), ...fixed);
    }
  }

  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const compare = (a, b) => typeof a === "string" ? collator.compare(a, b) : a - b;

  function words(cell) {
    const text = cell?.textContent.trim() ?? "";
    return text === "" || text === "–" ? null : text;
  }

  // The first number of a cell: 12,345 or −0.03 or 96 % or 3:08; what stands below it in small print does not count.
  function number(cell) {
    const text = [...(cell?.childNodes ?? [])].filter((node) => !node.classList?.contains("cell-sub")).map((node) => node.textContent).join("");
    const clock = /(?:(\d+):)?(\d+):(\d\d)/.exec(text);
    if (clock) return Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
    const found = /[−+-]?[\d,]*\.?\d+(?:e[+-]?\d+)?/.exec(text);
    return found ? Number(found[0].replaceAll(",", "").replace("−", "-").replace(/^\+/, "")) : null;
  }
})();

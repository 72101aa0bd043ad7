/* The numbers of the chart as a table: a row a step, a column a line. */
import { formatNumber } from "../numbers.js";

const ROWS = 100;

/** Fills `place` with what the board shows, `where` in words: all of it, or so many rows spread over it, the last among them. */
export function fillTable(place, board, where) {
  const { entries } = board;
  const { from, to } = board.view ?? board.extent();
  const steps = [...new Set(entries.flatMap(({ series }) => [...series.steps.filter((step) => step >= from && step <= to)]))].sort((one, other) => one - other);
  const rows = spread(steps);
  const table = document.createElement("table");
  table.createCaption().textContent = `${where}: ${rows.length < steps.length ? `${count(rows.length)} of ${count(steps.length)} rows; the CSV file has all.` : `${count(rows.length)} rows.`}`;
  fillRow(table.createTHead().insertRow(), ["Step", ...entries.map(({ label }) => label)], "col");
  const body = table.createTBody();
  for (const step of rows) fillRow(body.insertRow(), [count(step), ...entries.map(({ series }) => readValue(series, step))]);
  place.replaceChildren(table);
}

function fillRow(row, cells, scope = "row") {
  cells.forEach((text, n) => {
    const cell = document.createElement(n && scope === "row" ? "td" : "th");
    if (cell.tagName === "TH") cell.scope = scope;
    cell.textContent = text;
    row.append(cell);
  });
}

function readValue(series, step) {
  const place = series.nearest(step);
  return series.steps[place] === step ? formatNumber(series.values[place]) : "–";
}

function count(number) {
  return number.toLocaleString("en");
}

function spread(steps) {
  const rows = Math.min(steps.length, ROWS);
  return Array.from({ length: rows }, (_, n) => steps[Math.round(((n + 1) * steps.length) / rows) - 1]);
}

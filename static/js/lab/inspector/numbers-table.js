/* The numbers of a picture as a table. */
import { make, tell } from "./parts.js";

/** Columns that are cells of a wrapped vector have no heading of their own: its rows say where they begin. */
export function tabulate(name, values, picture) {
  const cell = (tag, textContent, scope) => make(tag, { textContent, ...(scope && { scope }) });
  const isWrapped = picture.index(0).length < 2;
  const columns = [...Array(picture.columns).keys()];
  const rows = [...Array(picture.rows).keys()].map((row) => {
    const index = picture.index(picture.find(row, 0));
    const heading = isWrapped ? index[0] ?? 0 : index.at(-2);
    const cells = columns.map((column) => picture.find(row, column)).map((place) => cell("td", place < 0 ? "" : tell(values[place])));
    return make("tr", {}, cell("th", heading, "row"), ...cells);
  });
  const headings = columns.map((column) => cell("th", isWrapped ? `+${column}` : picture.index(picture.find(0, column)).at(-1), "col"));
  return make("table", {}, make("caption", { className: "visually-hidden", textContent: name }), make("thead", {}, make("tr", {}, make("td"), ...headings)), make("tbody", {}, ...rows));
}

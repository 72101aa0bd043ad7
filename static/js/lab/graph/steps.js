/* Where an arrow key leads: along the flow to what a node becomes part of or is made from, across it to its neighbour. */
const ALONG = { across: { ArrowRight: "on", ArrowLeft: "back", ArrowDown: "next", ArrowUp: "previous" }, down: { ArrowDown: "on", ArrowUp: "back", ArrowRight: "next", ArrowLeft: "previous" } };

/** The place of the item that this key leads to from the item at `at`, or null. */
export function follow(key, at, items, { across, rows, layers, places }) {
  if (key === "Home") return 0;
  if (key === "End") return items.length - 1;
  const way = ALONG[across ? "across" : "down"][key];
  const row = rows[layers[at]];
  if (way === "next") return row[row.indexOf(at) + 1] ?? null;
  if (way === "previous") return row[row.indexOf(at) - 1] ?? null;
  const side = across ? 1 : 0;
  const near = (one, other) => Math.abs(places[one][side] - places[at][side]) - Math.abs(places[other][side] - places[at][side]) || one - other;
  if (way === "back") return [...items[at].sources].sort(near)[0] ?? null;
  if (way === "on") return items.filter(({ sources }) => sources.includes(at)).map(({ index }) => index).sort(near)[0] ?? null;
  return null;
}

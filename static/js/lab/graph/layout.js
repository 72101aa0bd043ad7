/* A layered drawing, second half: where everything stands. Pure, and the same for the same graph. */
import { addPoints, assignLayers, average, orderLayers } from "./layers.js";

const SWEEPS = 24;
const POINT = 10; // how broad a passing edge is
const STRAIGHT = 4; // how much more a passing edge insists on its place
const GAP = 18;
const STRIDE = 34; // between layers

/** Lays out nodes of these `sizes` ([width, height]), in the order in which values flow, with `edges` ([from, to]).
    Answers the middle of each node (`places`), the points of each edge (`routes`), `layers`, and the whole's width and
    height; values flow to the right if `across`, else downwards. */
export function lay(sizes, edges, { across }) {
  const layers = assignLayers(sizes.length, edges);
  const { points, chains } = addPoints(layers, edges);
  const rows = orderLayers(points);
  const breadth = (index) => (index < sizes.length ? sizes[index][across ? 1 : 0] : POINT);
  const length = (index) => (index < sizes.length ? sizes[index][across ? 0 : 1] : 0);
  const sides = settle(rows, points, breadth);
  const starts = [];
  let end = 0;
  for (const row of rows) {
    const thick = Math.max(...row.map(length));
    starts.push([end, thick]);
    end += thick + STRIDE;
  }
  const middle = (index) => starts[points[index].layer][0] + starts[points[index].layer][1] / 2;
  const turn = (along, side) => (across ? [along, side] : [side, along]);
  const broad = Math.max(...sides.map((side, index) => side + breadth(index) / 2));
  const [width, height] = turn(end - STRIDE, broad);
  return {
    width,
    height,
    across,
    layers,
    rows: rows.map((row) => row.filter((index) => index < sizes.length)),
    places: sizes.map((_, index) => turn(middle(index), sides[index])),
    routes: chains.map((chain) => chain.map((index, at) => turn(middle(index) + edge(at, chain, index, length), sides[index]))),
  };
}

/** An edge leaves a node at its far side and arrives at its near one. */
function edge(at, chain, index, length) {
  if (at === 0) return length(index) / 2;
  return at === chain.length - 1 ? -length(index) / 2 : 0;
}

/** Where each point stands across the flow: as near to its neighbours as the others in its layer allow. */
function settle(rows, points, breadth) {
  const sides = new Array(points.length).fill(0);
  for (const row of rows) {
    let end = 0;
    for (const point of row) {
      sides[point] = end + breadth(point) / 2;
      end += breadth(point) + GAP;
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const look = sweep === SWEEPS - 1 ? ["before", "after"] : [sweep % 2 ? "after" : "before"];
    for (const row of sweep % 2 ? [...rows].reverse() : rows) {
      const aims = row.map((point) => average(look.flatMap((side) => points[point][side].map((each) => sides[each]))) ?? sides[point]);
      const weights = row.map((point) => (points[point].isNode ? 1 : STRAIGHT));
      const rooms = row.map((point, at) => (at ? (breadth(row[at - 1]) + breadth(point)) / 2 + GAP : 0));
      spread(aims, weights, rooms).forEach((side, at) => (sides[row[at]] = side));
    }
  }
  const least = Math.min(...sides.map((side, index) => side - breadth(index) / 2));
  return sides.map((side) => side - least);
}

/** The places nearest to `aims` (least squares) that keep their order and `rooms` between them: neighbours that want to
    overlap are pooled and share the way. */
export function spread(aims, weights, rooms) {
  const offsets = [];
  let offset = 0;
  for (const room of rooms) offsets.push((offset += room));
  const pools = [];
  aims.forEach((aim, index) => {
    let pool = { sum: (aim - offsets[index]) * weights[index], weight: weights[index], count: 1 };
    while (pools.length && pools.at(-1).sum / pools.at(-1).weight > pool.sum / pool.weight) {
      const before = pools.pop();
      pool = { sum: before.sum + pool.sum, weight: before.weight + pool.weight, count: before.count + pool.count };
    }
    pools.push(pool);
  });
  return pools.flatMap(({ sum, weight, count }) => new Array(count).fill(sum / weight)).map((side, index) => side + offsets[index]);
}

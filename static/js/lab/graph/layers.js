/* A layered drawing, first half: which layer, and in which order within it. Pure, and the same for the same graph. */
const SWEEPS = 12;

/** Each node as near to the end as its longest way there allows; `edges` are [from, to], from < to. */
export function assignLayers(length, edges) {
  const depths = new Array(length).fill(0);
  const outs = Array.from({ length }, () => []);
  for (const [from, to] of edges) outs[from].push(to);
  for (let at = length - 1; at >= 0; at -= 1) for (const to of outs[at]) depths[at] = Math.max(depths[at], depths[to] + 1);
  const deepest = Math.max(0, ...depths);
  return depths.map((depth) => deepest - depth);
}

/** Puts a point into each layer that an edge passes through; edges from one node share them, as branches share a trunk.
    `points` are all, the nodes first, each with its `layer` and its neighbours `before` and `after`; `chains` are the
    points of each edge, both ends included. */
export function addPoints(layers, edges) {
  const points = layers.map((layer) => ({ layer, before: [], after: [], isNode: true }));
  const trunks = layers.map(() => []);
  const chains = edges.map(([from, to]) => {
    const trunk = trunks[from];
    for (let layer = layers[from] + 1 + trunk.length; layer < layers[to]; layer += 1) {
      trunk.push(points.push({ layer, before: [], after: [], isNode: false }) - 1);
      link(points, trunk.at(-2) ?? from, trunk.at(-1));
    }
    const chain = [from, ...trunk.slice(0, layers[to] - layers[from] - 1)];
    link(points, chain.at(-1), to);
    return [...chain, to];
  });
  return { points, chains };
}

function link(points, from, to) {
  points[from].after.push(to);
  points[to].before.push(from);
}

/** The points of each layer in an order with few crossings: sorted by where their neighbours are, to and fro. */
export function orderLayers(points) {
  let rows = [];
  points.forEach(({ layer }, index) => (rows[layer] ??= []).push(index));
  let best = { rows: rows.map((row) => [...row]), crossings: countCrossings(rows, points) };
  for (let sweep = 0; sweep < SWEEPS && best.crossings; sweep += 1) {
    rows = sweep % 2 ? sortRows([...rows].reverse(), points, "after").reverse() : sortRows(rows, points, "before");
    const crossings = countCrossings(rows, points);
    if (crossings < best.crossings) best = { rows: rows.map((row) => [...row]), crossings };
  }
  return best.rows;
}

function sortRows(rows, points, side) {
  const ranks = new Array(points.length);
  rows.forEach((row) => row.forEach((point, rank) => (ranks[point] = rank)));
  return rows.map((row) => {
    const aims = new Map(row.map((point) => [point, average(points[point][side].map((each) => ranks[each])) ?? ranks[point]]));
    const sorted = [...row].sort((one, other) => aims.get(one) - aims.get(other));
    sorted.forEach((point, rank) => (ranks[point] = rank));
    return sorted;
  });
}

/** Pairs of edges between neighbouring layers that cross, counted with a tree of partial sums. */
export function countCrossings(rows, points) {
  let crossings = 0;
  for (let layer = 0; layer + 1 < rows.length; layer += 1) {
    const ranks = new Map(rows[layer + 1].map((point, rank) => [point, rank]));
    const sums = new Array(rows[layer + 1].length + 1).fill(0);
    let drawn = 0;
    for (const point of rows[layer]) {
      const ends = points[point].after.map((each) => ranks.get(each));
      for (const end of ends) {
        let before = 0;
        for (let at = end + 1; at > 0; at -= at & -at) before += sums[at];
        crossings += drawn - before;
      }
      for (const end of ends) for (let at = end + 1; at < sums.length; at += at & -at) sums[at] += 1;
      drawn += ends.length;
    }
  }
  return crossings;
}

export function average(numbers) {
  return numbers.length ? numbers.reduce((sum, each) => sum + each, 0) / numbers.length : null;
}

/* The graph as the run told it, made ready to be drawn. */

/** Joins the parts of a graph: `nodes` in the order in which values flow, the loss last, each with the places of its
    `sources` in that order; `leftOut` counts what the run did not tell. What a run claims may be wrong: edges to nowhere
    are left away, and so are those that lead in a circle. */
export function join(parts) {
  const told = new Map(parts.flatMap(({ nodes }) => nodes).map((node) => [node.id, node]));
  const sources = new Map([...told.keys()].map((id) => [id, []]));
  for (const [from, to] of parts.flatMap(({ edges }) => edges)) if (told.has(from) && told.has(to)) sources.get(from).push(to);
  const order = walk(Math.min(...told.keys()), sources);
  const place = new Map(order.map((id, index) => [id, index]));
  const nodes = order.map((id, index) => ({ ...told.get(id), index, sources: [...new Set(sources.get(id).map((to) => place.get(to)))].filter((at) => at < index) }));
  return { nodes, leftOut: parts[0]?.left_out ?? 0 };
}

/** What a node was made from comes before it, first sources first: equal parts of a network come out as equal stretches. */
function walk(root, sources) {
  const order = [];
  const seen = new Set([root]);
  const stack = sources.has(root) ? [[root, 0]] : [];
  while (stack.length) {
    const top = stack.at(-1);
    const next = sources.get(top[0])[top[1]++];
    if (next === undefined) order.push(stack.pop()[0]);
    else if (!seen.has(next)) {
      seen.add(next);
      stack.push([next, 0]);
    }
  }
  return order;
}

/** What the names of the parameters among these nodes have in common: ["model", "layers", "3"]. */
export function shareName(nodes) {
  const names = nodes.filter(({ op, label }) => op === "AccumulateGrad" && label).map(({ label }) => label.split(".").slice(0, -1));
  return names.reduce((shared, each) => shared.slice(0, shared.findIndex((word, at) => word !== each[at]) >>> 0), names[0] ?? []);
}

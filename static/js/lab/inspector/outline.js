/* The modules and tensors of a run as a tree, made from their names: `model.0.weight` belongs to `model.0`. */

/** Roots of `{name, short, of, words, children}`; what belongs to no module stands under "Variables". */
export function outline(modules, tensors) {
  const known = new Map();
  const roots = [];
  for (const { name, type, parameters } of modules) known.set(name, { name, of: "activations", words: `${type}, ${parameters.toLocaleString("en")} ${parameters === 1 ? "parameter" : "parameters"}`, children: [] });
  for (const [name, item] of known) hang(name, item, known, roots);
  const loose = [];
  for (const { name, shape, dtype } of tensors) hang(name, { name, of: "tensor", words: shape.length ? shape.join(" × ") : `one ${dtype.startsWith("float") ? "number" : dtype}`, children: [] }, known, loose);
  if (loose.length) roots.push({ name: "", short: "Variables", of: null, words: `${loose.length}`, children: loose });
  return roots;
}

/** Under the module with the longest name that leads there. */
function hang(name, item, known, roots) {
  let at = name.lastIndexOf(".");
  while (at > 0 && !known.has(name.slice(0, at))) at = name.lastIndexOf(".", at - 1);
  item.short = at > 0 ? name.slice(at + 1) : name;
  (known.get(name.slice(0, Math.max(0, at)))?.children ?? roots).push(item);
}

/* A tensor as an inspection tells it: which numbers it holds, where, and how they differ from those of another look. */

/** With `values` as numbers (null where none were told), `sides` as they were told and `steps` between them. What a run
    claims may be wrong: values that do not fit the shape are none. */
export function read(told) {
  const steps = told.thinned ?? told.shape.map(() => 1);
  const sides = told.shape.map((side, dimension) => Math.ceil(side / steps[dimension]));
  const fits = told.values && steps.length === told.shape.length && told.values.length === product(sides);
  return { ...told, steps, sides, values: fits ? told.values.map(Number) : null };
}

export const product = (numbers) => numbers.reduce((all, each) => all * each, 1);

/** What has to be chosen before a tensor is a picture: `{dimension, name, options}`, options being indices. The first
    dimension of what a module made is the input's; of two dimensions all inputs can be seen at once. */
export function listChoices({ shape, sides, steps }, isMade) {
  const free = isMade && shape.length === 2 ? 1 : Math.max(0, shape.length - 2);
  return Array.from({ length: free }, (_, dimension) => ({
    dimension,
    name: isMade && dimension === 0 ? "Input" : shape.length === 4 && dimension === shape.length - 3 ? "Channel" : `Dimension ${dimension}`,
    options: Array.from({ length: sides[dimension] }, (_, at) => at * steps[dimension]),
    all: shape.length === 2,
  }));
}

const WIDE = 40; // a vector longer than this is broken into rows

/** One picture of a tensor: `rows`, `columns`, the place among the values at a cell (`find`, −1 beyond the end) and its
    indices (`index`). `chosen` are places along the free dimensions; null where all are shown. */
export function cut(tensor, chosen) {
  const { sides, steps } = tensor;
  const fixed = chosen.filter((at) => at !== null);
  const rest = sides.slice(fixed.length);
  const start = fixed.reduce((place, at, dimension) => place + at * product(sides.slice(dimension + 1)), 0);
  const index = (place) => sides.map((side, dimension) => (Math.floor(place / product(sides.slice(dimension + 1))) % side) * steps[dimension]);
  if (rest.length >= 2) {
    const [rows, columns] = rest.slice(-2);
    return { rows, columns, index, find: (row, column) => start + row * columns + column };
  }
  const length = rest[0] ?? 1;
  const columns = length > WIDE ? Math.ceil(Math.sqrt(length * 2)) : length;
  return { rows: Math.ceil(length / columns), columns, index, find: (row, column) => (row * columns + column < length ? start + row * columns + column : -1) };
}

/** What is now, less what was before; null where the two cannot be compared. */
export function subtract(now, before) {
  if (!now?.values || !before?.values || `${now.shape}:${now.steps}` !== `${before.shape}:${before.steps}`) return null;
  return { ...now, values: now.values.map((value, place) => (Object.is(value, before.values[place]) ? 0 : value - before.values[place])) };
}

/** The place of the greatest change (one to or from NaN counts as greatest), and how many values changed at all. */
export function weigh(difference) {
  let place = -1;
  let changed = 0;
  let most = 0;
  difference.values.forEach((value, at) => {
    if (value === 0) return;
    changed += 1;
    const size = Number.isNaN(value) ? Infinity : Math.abs(value);
    if (size > most) [most, place] = [size, at];
  });
  return { place, changed };
}

/** Values in equally wide bins, for a tensor that was told whole; null where there is nothing to count. */
export function countBins(values, most = 24) {
  const finite = values.filter(Number.isFinite);
  const least = finite.reduce((one, other) => Math.min(one, other), Infinity);
  const greatest = finite.reduce((one, other) => Math.max(one, other), -Infinity);
  if (finite.length < 3 || !(greatest > least) || !Number.isFinite(greatest - least)) return null;
  const bins = Math.min(most, Math.max(5, Math.ceil(Math.sqrt(finite.length))));
  const counts = new Array(bins).fill(0);
  for (const value of finite) counts[Math.min(bins - 1, Math.floor(((value - least) / (greatest - least)) * bins))] += 1;
  return { edges: Array.from({ length: bins + 1 }, (_, at) => least + ((greatest - least) * at) / bins), counts };
}

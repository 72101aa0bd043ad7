/* The chart in words, for those who do not see it. */
import { formatNumber } from "../numbers.js";

export function describe({ name, steps, values, least, most }) {
  if (!steps.length) return "";
  const spread = least <= most ? `, lowest ${formatNumber(least)}, highest ${formatNumber(most)}` : "";
  return `${name} by step: last ${formatNumber(values.at(-1))} at step ${count(steps.at(-1))}${spread}.`;
}

/** A sentence on values that were no numbers; "" where all were. */
export function describeHoles({ name, steps, holes }) {
  if (!holes.length) return "";
  const [first, last] = [holes[0], holes.at(-1)];
  const total = holes.reduce((sum, hole) => sum + hole.count, 0);
  const what = formatNumber(first.value);
  if (total === 1) return `${name} is ${what} at step ${count(first.from)}.`;
  if (holes.length === 1 && last.to === steps.at(-1)) return `${name} is ${what} from step ${count(first.from)} on (${count(total)} points).`;
  return `${name} is no finite number at ${count(total)} points; the first is ${what} at step ${count(first.from)}.`;
}

/** What a logarithmic scale cannot show. */
export function describeLost(lines) {
  const names = lines.filter(({ series, scale }) => scale === "y" && series.least <= 0).map(({ label }) => label);
  return names.length ? `A logarithmic scale has no place for values of ${names.join(", ")} that are 0 or less.` : "";
}

export function describeView({ from, to }) {
  return `Steps ${count(Math.ceil(from))} to ${count(Math.floor(to))}`;
}

export function count(number) {
  return number.toLocaleString("en");
}

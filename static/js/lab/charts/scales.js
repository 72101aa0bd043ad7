/* Where the numbers at the axes stand. */
import { formatNumber } from "../numbers.js";

/** A step of 1, 2 or 5 times a power of ten of which at most `count` fit into a range. */
function choose(range, count) {
  const power = 10 ** Math.floor(Math.log10(range / count));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => range / each <= count) ?? 10 * power;
}

/** uPlot's options for ticks on a linear scale; `least` is the smallest step between two. */
export function linear(least = 0) {
  return {
    incrs: (_, __, from, to, length, space) => [Math.max(least, choose(to - from || 1, Math.max(1, length / space)))],
    splits: (_, __, from, to, step) => Array.from({ length: Math.floor(to / step) - Math.ceil(from / step) + 1 }, (_, n) => (Math.ceil(from / step) + n) * step),
    values: label,
  };
}

/** … and on a logarithmic one: powers of ten, at most seven of them; where there are fewer than two, 1, 2 and 5 between. */
export const logarithmic = {
  incrs: (_, __, from, to) => [to - from], // uPlot asks for one, and then leaves it to `splits`
  splits: (_, __, from, to) => {
    const [first, last] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
    const between = last - first > 3 ? [1] : [1, 2, 5];
    const stride = Math.max(1, Math.ceil((last - first + 1) / 7));
    const ticks = [];
    for (let power = first; power <= last; power += stride) ticks.push(...between.map((each) => each * 10 ** power));
    return ticks.filter((tick) => tick >= from * 0.999 && tick <= to * 1.001);
  },
  filter: (_, ticks) => ticks,
  values: label,
};

/** A little room above and below, in decades. */
export function rangeLog(_, least, most) {
  if (least == null || least <= 0) return [0.1, 1];
  const room = Math.max(0.04, Math.log10(most / least) * 0.05);
  return [Math.max(1e-305, least / 10 ** room), Math.min(1e305, most * 10 ** room)];
}

function label(_, ticks) {
  return ticks.map((tick) => (tick == null ? "" : formatNumber(Number(tick.toPrecision(12))).replace(".00e", "e")));
}

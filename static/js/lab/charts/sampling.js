/* What of a curve is drawn: of all the points that fall on one column of pixels the first, the least, the largest and the
   last. The picture is that of the whole curve; no peak is lost. */
import { seek } from "./series.js";

const FARTHEST = 1e300; // the width of a range must be a number, too

/** Chooses from the points between two steps (and one beyond on either side, so that lines leave the picture):
    `[steps, values]`, with null where a value cannot be drawn. */
export function sample(steps, values, { from, to, columns, isLog }) {
  const first = Math.max(0, seek(steps, from) - 1);
  const end = Math.min(steps.length, seek(steps, to + Number.EPSILON * Math.abs(to)) + 1);
  const chosen = [[], []];
  const take = (place) => {
    const value = values[place];
    chosen[0].push(steps[place]);
    chosen[1].push(Number.isFinite(value) && !(isLog && value <= 0) ? Math.max(-FARTHEST, Math.min(FARTHEST, value)) : null);
  };
  if (end - first <= 4 * columns) for (let place = first; place < end; place += 1) take(place);
  else for (let place = first; place < end; ) place = takeColumn(place, end, steps, values, (to - from) / columns, from, take);
  return chosen;
}

/** Takes what stands for a column that begins at this place; answers where the next one begins. */
function takeColumn(place, end, steps, values, width, from, take) {
  const edge = from + (Math.floor((steps[place] - from) / width) + 1) * width;
  let [low, high, hole, next] = [place, place, -1, place];
  for (; next < end && (steps[next] < edge || next === place); next += 1) {
    const value = values[next];
    if (value < values[low] || !Number.isFinite(values[low])) low = next;
    if (value > values[high] || !Number.isFinite(values[high])) high = next;
    if (hole < 0 && !Number.isFinite(value)) hole = next;
  }
  let taken = -1;
  for (const each of [place, low, high, hole, next - 1].sort((one, other) => one - other)) {
    if (each > taken) take(each);
    taken = Math.max(taken, each);
  }
  return next;
}

/** Lays curves on one row of steps, as uPlot wants them: undefined where a curve has no point, null where it is broken. */
export function align(curves) {
  if (curves.length === 1) return curves[0];
  const heads = curves.map(() => 0);
  const rows = [[], ...curves.map(() => [])];
  for (;;) {
    let step = Infinity;
    for (let n = 0; n < curves.length; n += 1) if (curves[n][0][heads[n]] < step) step = curves[n][0][heads[n]];
    if (step === Infinity) return rows;
    rows[0].push(step);
    for (let n = 0; n < curves.length; n += 1) rows[n + 1].push(curves[n][0][heads[n]] === step ? curves[n][1][heads[n]++] : undefined);
  }
}

/* One metric's points, all of them: what is drawn is chosen from these, never taken away. */
import { Smoothing } from "./smoothing.js";

export class Series {
  constructor({ name, kind }) {
    Object.assign(this, { name, kind, length: 0, holes: [], least: Infinity, most: -Infinity, isOrdered: true });
    this.kept = [new Float64Array(256), new Float64Array(256)];
    this.smoothing = new Smoothing();
  }

  /** Takes `[[step, value], …]`, values as numbers or as the words that JSON has for those it does not know. */
  extend(points) {
    for (const [step, value] of points) this.push(step, Number(value));
    return this;
  }

  push(step, value) {
    if (this.length === this.kept[0].length) this.kept = this.kept.map(double);
    if (this.length && step < this.kept[0][this.length - 1]) this.isOrdered = false;
    this.kept[0][this.length] = step;
    this.kept[1][this.length] = value;
    this.length += 1;
    this.note(step, value);
  }

  note(step, value) {
    if (Number.isFinite(value)) {
      this.least = Math.min(this.least, value);
      this.most = Math.max(this.most, value);
      this.isBroken = false;
      return;
    }
    const hole = this.holes.at(-1);
    if (this.isBroken && Object.is(hole.value, value)) Object.assign(hole, { to: step, count: hole.count + 1 });
    else this.holes.push({ from: step, to: step, value, count: 1 });
    this.isBroken = true;
  }

  get steps() {
    this.order();
    return this.kept[0].subarray(0, this.length);
  }

  get values() {
    this.order();
    return this.kept[1].subarray(0, this.length);
  }

  /** The values with an exponential mean of this weight (0 to 1) laid over them. */
  smooth(weight) {
    return this.smoothing.apply(this.values, weight);
  }

  /** Puts points in the order of their steps, where a program has counted back. */
  order() {
    if (this.isOrdered) return;
    this.isOrdered = true;
    const [steps, values] = this.kept.map((each) => each.slice(0, this.length));
    const places = Array.from(steps.keys()).sort((one, other) => steps[one] - steps[other]);
    Object.assign(this, { length: 0, holes: [], isBroken: false, smoothing: new Smoothing() });
    for (const place of places) this.push(steps[place], values[place]);
  }

  /** The place of the point that is nearest to a step. */
  nearest(step) {
    const { steps } = this;
    const place = Math.min(seek(steps, step), steps.length - 1);
    return place > 0 && step - steps[place - 1] < steps[place] - step ? place - 1 : place;
  }
}

/** The first place in ascending numbers that is not below `wanted`; the length where none is. */
export function seek(numbers, wanted) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function double(array) {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}

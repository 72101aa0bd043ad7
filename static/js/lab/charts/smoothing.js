/* The exponential moving mean, as TensorBoard has it: m ← w·m + (1 − w)·x, divided by 1 − wⁿ so that it does not begin at
   nought. Goes on where it stopped, so that a live update costs what is new. */

export class Smoothing {
  weight = 0;
  length = 0;
  mean = 0;
  share = 1;
  out = new Float64Array(0);

  apply(values, weight) {
    if (!weight) return values;
    if (weight !== this.weight) Object.assign(this, { weight, length: 0, mean: 0, share: 1 });
    if (this.out.length < values.length) this.grow(values.length * 2);
    for (; this.length < values.length; this.length += 1) this.out[this.length] = this.take(values[this.length]);
    return this.out.subarray(0, values.length);
  }

  /** What is no number stays what it is, and leaves the mean alone. */
  take(value) {
    if (!Number.isFinite(value)) return value;
    this.mean = this.weight * this.mean + (1 - this.weight) * value;
    this.share *= this.weight;
    return this.mean / (1 - this.share);
  }

  grow(length) {
    const larger = new Float64Array(length);
    larger.set(this.out);
    this.out = larger;
  }
}

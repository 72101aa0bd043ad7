/* What was seen of a run: of each tensor the latest look and the one before it. */
import { read } from "./tensors.js";

const MOST = 300;

export class Memory {
  constructor() {
    this.looks = new Map();
  }

  /** Keeps an answer about a tensor or about what a module made. A look at the same step takes the place of the last. */
  keep({ of, name, step, error, tensors }) {
    const key = `${of}:${name}`;
    const known = this.looks.get(key);
    const now = { step, error, tensors: tensors.map(read) };
    const isNew = known && (step === null || known.now.step !== step);
    const last = known?.now.error ? known.before : known?.now;
    this.looks.delete(key);
    this.looks.set(key, { now, before: isNew ? last : (known?.before ?? null) });
    if (this.looks.size > MOST) this.looks.delete(this.looks.keys().next().value);
  }

  find(of, name) {
    return this.looks.get(`${of}:${name}`) ?? null;
  }
}

/* The chart of a run, as the lab holds it. It takes what is measured from the first moment on; the board that draws it is
   fetched with the first point. */

export class Chart {
  constructor(element) {
    this.element = element;
    this.waiting = [];
  }

  /** Takes a metric event; answers the newest value of a loss ({name, value}), or null for other metrics. */
  add(metric) {
    this.tell("add", metric);
    return metric.kind === "loss" && metric.points.length ? { name: metric.name, value: metric.points.at(-1)[1] } : null;
  }

  /** Takes a progress event: its steps per second are charted. */
  progress({ step, rate }) {
    if (rate != null) this.tell("add", { name: "steps per second", kind: "pace", points: [[step, rate]] });
  }

  /** Lays other curves below the run's own: `series` as metric events ({name, kind, points}). The same label again replaces,
      none at all takes away. They stay until then, whichever run is shown. */
  overlay({ label, series }) {
    this.tell("overlay", { label, series });
  }

  /** Marks the points that a diagnosis event rests on. */
  markEvidence(diagnosis) {
    this.tell("markEvidence", diagnosis);
  }

  /** The run has ended: what stands in words and numbers is brought up to date. Where nothing came, that is said. */
  finish() {
    if (this.board || this.waiting.length) this.tell("finish");
    if ("empty" in this.element.dataset && !this.waiting.length) this.element.dataset.empty = "for-good";
  }

  /** Forgets the run; overlays stay. */
  clear() {
    this.waiting = this.waiting.filter(([verb]) => verb === "overlay");
    this.element.dataset.empty = "";
    this.board?.clear();
  }

  tell(verb, data) {
    if (this.board) this.board[verb](data);
    else {
      this.waiting.push([verb, data]);
      this.load();
    }
  }

  async load() {
    if (this.loading) return;
    this.loading = true;
    try {
      const { Board } = await import("./board.js");
      this.board = new Board(this.element);
      for (const [verb, data] of this.waiting.splice(0)) this.board[verb](data);
    } finally {
      this.loading = false; // cut off from the network, the next point tries again
    }
  }
}

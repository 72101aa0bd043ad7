/* The chart of a run, as the lab holds it. It takes what is measured from the first moment on; the board that draws it is
   fetched with the first point. */
import { Later } from "../later.js";

export class Chart {
  constructor(element) {
    this.element = element;
    this.board = new Later(async () => new (await import("./board.js")).Board(element));
  }

  /** Takes a metric event; answers the newest value of a loss ({name, value}), or null for other metrics. */
  add(metric) {
    this.board.tell("add", metric);
    return metric.kind === "loss" && metric.points.length ? { name: metric.name, value: metric.points.at(-1)[1] } : null;
  }

  /** Takes a progress event: its steps per second are charted. */
  progress({ step, rate }) {
    if (rate != null) this.board.tell("add", { name: "steps per second", kind: "pace", points: [[step, rate]] });
  }

  /** Lays other curves below the run's own: `series` as metric events ({name, kind, points}). The same label again replaces,
      none at all takes away. They stay until then, whichever run is shown. */
  overlay(curves) {
    this.board.tell("overlay", curves);
  }

  /** Says of which project and run the curves are, and where (`url`) to ask for others to lay over them. */
  offer({ url, project, run = "" }) {
    Object.assign(this.element.dataset, { beside: url, project: project ?? "", run });
  }

  /** Marks the points that a diagnosis event rests on. */
  markEvidence(diagnosis) {
    this.board.tell("markEvidence", diagnosis);
  }

  /** The run has ended: what stands in words and numbers is brought up to date. Where nothing came, that is said. */
  finish() {
    const { made, waiting } = this.board;
    if (made || waiting.length) this.board.tell("finish");
    if ("empty" in this.element.dataset && !waiting.length) this.element.dataset.empty = "for-good";
  }

  /** Forgets the run; overlays stay. */
  clear() {
    this.board.waiting = this.board.waiting.filter(([verb]) => verb === "overlay");
    this.element.dataset.empty = "";
    this.board.made?.clear();
  }
}

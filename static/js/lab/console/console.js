/* The console of a run, as the lab holds it. It takes what is printed from the first moment on; the screen that shows it is
   fetched with the first word. */
import { Later } from "../later.js";

export class Console {
  /** `element` is the log, in its frame (components/console.html). */
  constructor(element) {
    this.screen = new Later(async () => new (await import("./screen.js")).Screen(element));
  }

  /** Appends a piece of output of this kind, stdout or stderr. */
  write(kind, text) {
    this.screen.tell("write", kind, text);
  }

  /** A sentence from us among the output. */
  aside(text) {
    this.screen.tell("aside", text);
  }

  /** A picture that the code drew: a figure event. */
  figure(event) {
    this.screen.tell("figure", event);
  }

  clear() {
    this.screen.waiting = [];
    this.screen.made?.clear();
  }
}

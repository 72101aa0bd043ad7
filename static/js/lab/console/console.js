/* The console of a run, as the lab holds it. It takes what is printed from the first moment on; the screen that shows it is
   fetched with the first word. */

export class Console {
  /** `element` is the log, in its frame (components/console.html). */
  constructor(element) {
    this.element = element;
    this.waiting = [];
  }

  /** Appends a piece of output of this kind, stdout or stderr. */
  write(kind, text) {
    this.tell("write", kind, text);
  }

  /** A sentence from us among the output. */
  aside(text) {
    this.tell("aside", text);
  }

  /** A picture that the code drew: a figure event. */
  figure(event) {
    this.tell("figure", event);
  }

  clear() {
    this.waiting = [];
    this.screen?.clear();
  }

  tell(verb, ...words) {
    if (this.screen) this.screen[verb](...words);
    else {
      this.waiting.push([verb, words]);
      this.load();
    }
  }

  async load() {
    if (this.loading) return;
    this.loading = true;
    try {
      const { Screen } = await import("./screen.js");
      this.screen = new Screen(this.element);
      for (const [verb, words] of this.waiting.splice(0)) this.screen[verb](...words);
    } finally {
      this.loading = false; // cut off from the network, the next word tries again
    }
  }
}

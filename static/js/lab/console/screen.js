/* The console's screen. Takes any amount as it comes and shows it within a frame's patience at a time; follows the end
   unless the reader has scrolled up. Looking for words is fetched when somebody does. */
import { furnish } from "./frame.js";
import { Paper, listBlocks, readAll } from "./paper.js";
import { Terminal } from "./terminal.js";

const PATIENCE_MS = 8;
const PIECE = 16_384;
const NEAR = 24;
const FLOOD = 4000; // characters at once that nobody wants to hear read out
const QUIET_MS = 1500;

export class Screen {
  /** `element` is the log; the buttons around it are found by their `data-console`. */
  constructor(element) {
    furnish(element);
    this.element = element;
    this.frameElement = element.parentElement;
    this.paper = new Paper(element);
    this.tools = Object.fromEntries([...this.frameElement.querySelectorAll("[data-console]")].map((tool) => [tool.dataset.console, tool]));
    this.clear();
    this.listen();
  }

  listen() {
    this.element.addEventListener("scroll", () => this.look(), { passive: true });
    new ResizeObserver(() => this.stick()).observe(this.element);
    this.tools.end?.addEventListener("click", () => this.jump());
    this.tools.copy?.addEventListener("click", () => this.copy());
    this.tools.find?.addEventListener("click", () => this.find());
    this.frameElement.addEventListener("keydown", (event) => {
      if (event.key === "f" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        this.find();
      }
    });
  }

  clear() {
    this.queue = [];
    this.paper.clear();
    this.terminal = new Terminal((kind, runs, broken) => this.paper.add(kind, runs, broken));
    this.seeker?.refresh();
    this.frameElement.toggleAttribute("data-printed", false);
    this.follow(true);
  }

  /** Appends a piece of output of this kind, stdout or stderr. */
  write(kind, text) {
    for (let from = 0; from < text.length; from += PIECE) this.queue.push(() => this.terminal.write(kind, text.slice(from, from + PIECE)));
    this.pending = (this.pending ?? 0) + text.length;
    this.showSoon();
  }

  /** A sentence from us among the output. */
  aside(text) {
    this.interject("aside", () => document.createTextNode(text));
  }

  /** A picture that the code drew. */
  figure({ name, png, width, height }) {
    const alt = name || "A figure that the code drew";
    this.interject("figure", () => Object.assign(new Image(width, height), { src: `data:image/png;base64,${png}`, alt, decoding: "async" }));
  }

  interject(kind, make) {
    this.queue.push(() => {
      this.terminal.change(null);
      this.paper.place(kind, make());
    });
    this.showSoon();
  }

  /** All of the output, as text. */
  read() {
    this.flush(Infinity);
    return readAll(this.element);
  }

  showSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.flush(PATIENCE_MS);
    });
  }

  flush(patience) {
    if (!this.queue.length) return;
    this.hush();
    this.work(performance.now() + patience);
    this.paper.show(this.terminal.kind, this.terminal.runs);
    this.paper.settle();
    this.frameElement.toggleAttribute("data-printed", true);
    this.stick();
    this.seeker?.refreshSoon();
    if (this.queue.length) this.showSoon();
  }

  work(until) {
    let done = 0;
    while (done < this.queue.length && (!done || performance.now() < until)) this.queue[done++]();
    this.queue.splice(0, done);
  }

  /** Floods are not read out; what comes in quieter times is. */
  hush() {
    if (this.pending > FLOOD) {
      this.element.ariaLive = "off";
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => (this.element.ariaLive = "polite"), QUIET_MS);
    }
    this.pending = 0;
  }

  look() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.follow(true);
    else if (scrollTop < this.top - 1) this.follow(false); // else the page has grown below, not the reader gone up
    this.top = scrollTop;
  }

  follow(following) {
    this.following = following;
    this.element.toggleAttribute("data-following", following);
    if (this.tools.end) this.tools.end.hidden = following;
  }

  stick() {
    if (!this.following) return;
    this.element.scrollTop = this.element.scrollHeight;
    this.top = this.element.scrollTop;
  }

  jump() {
    this.follow(true);
    this.stick();
    this.element.focus({ preventScroll: true });
  }

  async copy() {
    const text = this.read();
    try {
      await navigator.clipboard.writeText(text);
      this.say(text ? "Copied" : "There is nothing to copy yet");
    } catch {
      getSelection().selectAllChildren(this.element);
      this.say("It is selected: press Ctrl+C");
    }
  }

  say(words) {
    this.tools.said.textContent = words;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.tools.said.textContent = ""), 3000);
  }

  /** Opens the search, over the words that are selected in the output, if any. */
  async find() {
    const { Seeker } = await import("./seeker.js");
    this.flush(Infinity);
    this.seeker ??= new Seeker(this.tools.search, { list: () => [...listBlocks(this.element)], log: this.element, leave: () => this.follow(false) });
    this.seeker.open();
  }
}

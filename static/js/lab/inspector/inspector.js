/* Looks inside a run: its modules and tensors as a tree, and one of them in numbers. While the run goes on it is asked, and
   answers with events; at its end it has told what it left. */
import styles from "../../../css/components/inspector.css";
import { adopt } from "../../sheets.js";
import { isFinal } from "../states.js";
import { drawBars } from "./bars.js";
import { Memory } from "./memory.js";
import { outline } from "./outline.js";
import { Pane } from "./pane.js";
import { choice, make } from "./parts.js";
import { Tree } from "./tree.js";

const SETTLE_MS = 250; // a pause of the past, told again to a page that was loaded anew, is over by then
const PATIENCE_MS = 12_000; // the run itself gives up earlier, and says so
const GRADIENT = ".grad";

const WORDS = {
  before: "Pause the run while it trains to look inside: at weights, gradients, and what each layer makes of its input.",
  watched: "Whoever started the run can look inside it; what they look at appears here.",
  paused: "The run is paused: choose what to look at. After a step, what changed is said here.",
  running: "The run goes on, so a look shows one moment. Pause it to look in peace.",
  left: "The run has ended. This is what it left.",
  nothing: "The run has ended, and left nothing to look at.",
};

adopt(styles);

export class Inspector {
  /** `ask({of, name})` passes a question on to the run and resolves when it is passed on; it rejects with words. Null for
      who may only watch. */
  constructor(element, { ask }) {
    Object.assign(this, { element, ask });
    this.build();
    this.clear();
  }

  clear() {
    this.forget();
    Object.assign(this, { state: null, chosen: null, source: "values", memory: new Memory(), spreads: new Map(), spreadName: null, spreadAt: undefined });
    this.tree.clear();
    this.pane.clear();
    this.say("");
    this.refresh();
  }

  build() {
    this.words = make("p", { className: "inspector-words" });
    this.look = make("button", { type: "button", className: "button button--quiet button--small", textContent: "Look inside" });
    this.look.addEventListener("click", () => this.lookAgain());
    this.notice = make("p", { className: "notice", hidden: true });
    this.notice.setAttribute("role", "alert");
    const list = make("ul", { className: "tree" });
    const pane = make("section", { className: "pane" });
    pane.setAttribute("aria-label", "What was chosen");
    this.body = make("div", { className: "inspector-body" }, list, pane);
    this.spreadBox = make("section", { className: "inspector-spreads" });
    this.spreadBox.setAttribute("aria-label", "Histograms");
    const bar = make("div", { className: "inspector-bar" }, this.words, this.look);
    this.element.replaceChildren(make("div", { className: "inspector" }, bar, this.notice, this.body, this.spreadBox));
    this.tree = new Tree(list, "Modules and tensors", (item) => this.choose(item));
    this.pane = new Pane(pane);
  }

  /** The run is in this state now. */
  show(state) {
    this.state = state;
    clearTimeout(this.settling);
    if (isFinal(state)) this.forget();
    else if (state === "paused" && this.ask) this.settling = setTimeout(() => this.lookAgain(), SETTLE_MS);
    this.refresh();
  }

  get isOver() {
    return this.state !== null && isFinal(this.state);
  }

  get isOpen() {
    return Boolean(this.ask) && ["running", "paused"].includes(this.state);
  }

  /** Takes an `inspection` event, asked for here or elsewhere. */
  add(event) {
    const { of, name } = event;
    this.hear(of, name);
    if (of === "modules" || of === "parameters") this.list(event);
    else this.memory.keep(event);
    if (of === "modules" && event.error) this.say(event.error);
    this.refresh();
  }

  /** Takes a `histogram` event of the code's own. */
  histogram({ name, step, edges, counts }) {
    const known = this.spreads.get(name) ?? [];
    known.push({ step, edges, counts });
    this.spreads.set(name, known.slice(-200));
    this.spreadName ??= name;
    this.drawSpreads();
  }

  list(event) {
    if (event.error) return;
    this.tree.show(outline(event.modules, event.tensors));
    if (event.of === "parameters") for (const tensor of event.tensors) this.memory.keep({ ...event, of: "tensor", name: tensor.name, tensors: [tensor] });
  }

  lookAgain() {
    this.say("");
    if (!this.tree.rows.length || this.state === "running") this.want("modules", "");
    if (this.chosen?.of === "tensor") this.want("tensor", this.subject);
  }

  /** The name of what is shown of the chosen tensor: itself, or its gradient where that can be had. */
  get subject() {
    const gradient = `${this.chosen.name}${GRADIENT}`;
    return this.source === "gradient" && (this.isOpen || this.memory.find("tensor", gradient)) ? gradient : this.chosen.name;
  }

  choose(item) {
    this.chosen = item;
    this.say("");
    if (item.of === "tensor" && this.isOpen) this.want("tensor", this.subject);
    this.refresh();
  }

  async want(of, name) {
    const key = `${of}:${name}`;
    this.hear(of, name);
    this.waiting.set(key, setTimeout(() => this.miss(of, name), PATIENCE_MS));
    this.refresh();
    try {
      await this.ask({ of, name });
    } catch (refusal) {
      if (!this.waiting.has(key)) return; // it was answered, or the run that was asked is shown no more
      this.hear(of, name);
      this.say(refusal.message);
      this.refresh();
    }
  }

  hear(of, name) {
    clearTimeout(this.waiting.get(`${of}:${name}`));
    this.waiting.delete(`${of}:${name}`);
  }

  miss(of, name) {
    this.hear(of, name);
    this.say("The run has not answered. Look again in a moment; if that goes on, something on our side is wrong.");
    this.refresh();
  }

  forget() {
    clearTimeout(this.settling);
    for (const timer of this.waiting?.values() ?? []) clearTimeout(timer);
    this.waiting = new Map();
  }

  refresh() {
    const isKnown = this.tree.rows.length > 0;
    this.body.hidden = !isKnown;
    this.look.hidden = !this.isOpen;
    this.look.textContent = isKnown ? "Look again" : "Look inside";
    this.words.textContent = this.describe(isKnown);
    if (this.chosen) this.pane.show(this.chosen.of === "tensor" ? this.describeTensor() : this.describeModule());
    this.drawSpreads();
  }

  describe(isKnown) {
    if (this.waiting.size) return "Looking …";
    if (this.isOver) return WORDS[isKnown ? "left" : "nothing"];
    return WORDS[this.isOpen || !["running", "paused"].includes(this.state) ? this.state : "watched"] ?? WORDS.before;
  }

  describeTensor() {
    const { name } = this.chosen;
    const told = this.memory.find("tensor", name)?.now.tensors[0]?.gradient;
    const hasGradient = this.memory.find("tensor", `${name}${GRADIENT}`) || (this.isOpen && (told || this.source === "gradient"));
    const sources = [["values", "values"], ["gradient", "gradient"]];
    const look = this.memory.find("tensor", this.subject);
    return {
      name: this.subject,
      look,
      isMade: false,
      controls: hasGradient ? [choice("Show", sources, this.subject === name ? "values" : "gradient", (source) => this.turn(source))] : [],
      notice: this.isOver && !look ? "It was not looked at while the run went on, so its values are not known. Run again, and pause before the end." : "",
    };
  }

  turn(source) {
    this.source = source;
    this.choose(this.chosen);
  }

  describeModule() {
    const { name, words } = this.chosen;
    const look = this.memory.find("activations", name);
    const step = this.state === "paused" ? "Make a step and see what it makes" : "See what it makes of the next input";
    const button = make("button", { type: "button", className: "button button--quiet button--small", textContent: step, disabled: this.waiting.has(`activations:${name}`) });
    button.addEventListener("click", () => this.want("activations", name));
    const unseen = this.isOver && !look ? "What it makes of an input can be seen while a run goes on." : "";
    return { name, words, look, isMade: true, controls: this.isOpen ? [button] : [], notice: unseen };
  }

  drawSpreads() {
    this.spreadBox.hidden = !this.spreads.size;
    if (this.spreadBox.hidden || this.spreadBox.contains(document.activeElement)) return;
    this.fillSpreads();
  }

  fillSpreads() {
    const spreads = this.spreads.get(this.spreadName);
    const at = Math.min(this.spreadAt ?? Infinity, spreads.length - 1);
    const { step } = spreads[at];
    const names = choice("Histogram", [...this.spreads.keys()].map((name) => [name, name]), this.spreadName, (name) => this.turnSpread({ spreadName: name, spreadAt: undefined }, 0));
    const steps = choice("Step", spreads.map((each, place) => [place, each.step ?? place + 1]), at, (place) => this.turnSpread({ spreadAt: Number(place) }, 1));
    this.spreadBox.replaceChildren(make("div", { className: "pane-controls" }, names, ...(spreads.length > 1 ? [steps] : [])), drawBars(spreads[at], `${this.spreadName}${step == null ? "" : ` at step ${step}`}`));
  }

  turnSpread(choices, control) {
    Object.assign(this, choices);
    this.fillSpreads();
    this.spreadBox.querySelectorAll("select")[control]?.focus();
  }

  say(words) {
    this.notice.textContent = words;
    this.notice.hidden = !words;
  }
}

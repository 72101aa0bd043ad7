/* The graph that autograd recorded for the first loss: how that number was made from the parameters. */
import styles from "../../../css/components/graph.css";
import { adopt } from "../../sheets.js";
import { describe, tellLines } from "./items.js";
import { draw, label, measure } from "./drawing.js";
import { findFolds, unfold } from "./folds.js";
import { lay } from "./layout.js";
import { join } from "./model.js";
import { follow } from "./steps.js";
import { count } from "./words.js";

const ZOOM = 1.25;
const LEAST = 0.3;
const MOST = 2;
const READABLE = 0.85; // a drawing is made to fit down to this size, then it scrolls
const TALL = 480;
const HINT = "Point at a part of the graph to see its line of code.";
const EMPTY = "The graph appears here with the first loss.backward(): how the loss was made from the parameters.";

adopt(styles);

export class Graph {
  /** `onNode(line, lines)` tells the lines of the node that is pointed at or focused; null and [] when none is. */
  constructor(element, { onNode = () => {} } = {}) {
    Object.assign(this, { element, onNode, parts: [], lit: [] });
    this.build();
    this.clear();
  }

  /** Takes a `graph` event; draws when the last part is there. */
  add(event) {
    if (event.part === 1) this.parts = [];
    this.parts.push(event);
    if (this.parts.length !== event.parts) return;
    this.model = join(this.parts);
    this.folds = findFolds(this.model.nodes);
    this.open = new Set();
    this.scale = null;
    if (this.model.nodes.length) this.show();
  }

  clear() {
    this.parts = [];
    this.model = null;
    this.items = [];
    this.lit = [];
    this.nodes = [];
    this.pointed = null;
    this.empty.hidden = false;
    this.inside.hidden = true;
    this.scroll.replaceChildren();
    this.details.open = false;
  }

  /** Lights up the nodes of these source lines; none of them for []. */
  light(lines) {
    this.lit = lines;
    this.items.forEach((item, at) => this.nodes[at].toggleAttribute("data-lit", item.lines.some((line) => lines.includes(line))));
    const first = this.nodes.findIndex((node) => node.hasAttribute("data-lit"));
    if (first >= 0 && !this.element.matches(":hover, :focus-within")) this.reveal(this.nodes[first]);
  }

  build() {
    const make = (tag, name, properties) => Object.assign(document.createElement(tag), { className: name, ...properties });
    const button = (text, title, verb) => {
      const made = make("button", "button button--quiet button--small", { type: "button", textContent: text, title });
      if (title) made.setAttribute("aria-label", title);
      made.addEventListener("click", verb);
      return made;
    };
    this.summary = make("p", "graph-summary");
    this.refold = button("Fold again", "", () => this.foldAll());
    this.bar = make("div", "graph-bar");
    this.bar.append(this.summary, this.refold, button("−", "Smaller", () => this.zoom(1 / ZOOM)), button("+", "Larger", () => this.zoom(ZOOM)), button("Fit", "Fit the graph to its panel", () => this.fit()));
    this.scroll = make("div", "graph-scroll");
    this.caption = make("p", "graph-caption");
    this.details = make("details", "");
    this.list = make("ol", "");
    const region = make("div", "graph-list", { tabIndex: 0, role: "region", ariaLabel: "The graph as a list" });
    region.append(this.list);
    this.details.append(make("summary", "", { textContent: "As a list" }), region);
    this.empty = make("p", "graph-empty", { textContent: EMPTY });
    this.inside = make("div", "graph");
    this.inside.append(this.bar, this.scroll, this.caption, this.details);
    this.element.replaceChildren(this.empty, this.inside);
    new ResizeObserver(() => this.adapt()).observe(this.element);
    this.details.addEventListener("toggle", () => this.fillList());
    this.listen();
  }

  listen() {
    const find = ({ target }) => this.nodes.indexOf(target.closest?.(".graph-node"));
    this.scroll.addEventListener("pointerover", (event) => this.point(find(event)));
    this.scroll.addEventListener("pointerleave", () => this.point(this.nodes.indexOf(document.activeElement)));
    this.scroll.addEventListener("focusin", (event) => this.point(find(event)));
    this.scroll.addEventListener("focusout", () => this.point(-1));
    this.scroll.addEventListener("click", (event) => this.press(find(event)));
    this.scroll.addEventListener("keydown", (event) => this.key(event, find(event)));
  }

  /** Draws what is to be seen; focus goes to the item that begins at node `focus`, if any. */
  show(focus = null) {
    const { nodes } = this.model;
    this.empty.hidden = true;
    this.inside.hidden = false;
    this.room = this.element.clientWidth;
    const { items, edges } = describe(nodes, unfold(nodes.length, this.folds, this.open));
    const sizes = measure(items, getComputedStyle(this.element));
    this.layout = this.choose(sizes, edges);
    Object.assign(this, { items, edges }, draw(items, edges, sizes, this.layout));
    this.svg.setAttribute("aria-label", "Graph of the first loss. Arrow keys lead along its edges.");
    this.scroll.replaceChildren(this.svg);
    this.caption.textContent = HINT;
    this.refold.hidden = !this.open.size;
    this.summary.textContent = this.summarise();
    this.fillList();
    this.resize(this.scale ?? this.fitting());
    this.light(this.lit);
    const at = focus === null ? items.length - 1 : items.findIndex(({ from, to }) => from <= focus && focus < to);
    this.nodes[at]?.setAttribute("tabindex", "0");
    if (focus !== null) this.focus(at);
    else this.reveal(this.nodes[at]);
  }

  /** The panel has become another one's size, or is seen for the first time. */
  adapt() {
    if (!this.items.length || !this.element.clientWidth || this.element.clientWidth === this.room) return;
    const at = this.nodes.indexOf(document.activeElement);
    this.show(at < 0 ? null : this.items[at].from);
  }

  /** Downwards or to the right: whichever is seen larger in the panel. */
  choose(sizes, edges) {
    const [down, across] = [false, true].map((way) => lay(sizes, edges, { across: way }));
    return this.fitting(across) > this.fitting(down) ? across : down;
  }

  fitting({ width, height } = this.layout) {
    const room = this.room || 640;
    return Math.min(1, Math.max(LEAST, Math.min(room / (width + 26), TALL / (height + 26))));
  }

  fit() {
    this.scale = null;
    this.resize(this.fitting());
  }

  zoom(factor) {
    this.scale = Math.min(MOST, Math.max(LEAST, this.shown * factor));
    this.resize(this.scale);
  }

  resize(scale) {
    this.shown = this.scale ? scale : Math.max(READABLE, scale);
    this.svg.setAttribute("width", Math.round(this.width * this.shown));
    this.svg.setAttribute("height", Math.round(this.height * this.shown));
  }

  summarise() {
    const { nodes, leftOut } = this.model;
    const parameters = nodes.filter(({ op }) => op === "AccumulateGrad").length;
    const whole = `${count(nodes.length - parameters, "operation", "operations")} and ${count(parameters, "parameter", "parameters")} made the first loss.`;
    return leftOut ? `${whole} ${count(leftOut, "more node", "more nodes")}, farthest from the loss, ${leftOut === 1 ? "is" : "are"} not drawn.` : whole;
  }

  /** Shows which edges belong to an item, and tells its lines. */
  point(at) {
    const item = this.items[at];
    if (item === this.pointed) return;
    this.pointed = item;
    this.edges?.forEach(([from, to], index) => this.lines[index].toggleAttribute("data-near", at === from || at === to));
    this.caption.textContent = item ? `${label({ ...item, lines: [] })}${item.lines.length ? ` · ${tellLines(item.lines)}` : ""}${item.fold ? " · press to look inside" : ""}` : HINT;
    this.onNode(item?.lines[0] ?? null, item?.lines ?? []);
  }

  press(at) {
    const item = this.items[at];
    if (!item) return;
    if (!item.fold) this.focus(at);
    else {
      this.open.add(item.fold.key);
      this.show(item.from);
    }
  }

  foldAll() {
    const at = this.items.findIndex((_, index) => this.nodes[index].getAttribute("tabindex") === "0");
    this.open.clear();
    this.show(this.items[at]?.from ?? 0);
  }

  key(event, at) {
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") this.press(at);
    else {
      const next = follow(event.key, at, this.items, this.layout);
      if (next === null && !event.key.startsWith("Arrow")) return;
      if (next !== null) this.focus(next);
    }
    event.preventDefault();
  }

  focus(at) {
    for (const node of this.nodes) node.setAttribute("tabindex", "-1");
    this.nodes[at].setAttribute("tabindex", "0");
    this.nodes[at].focus({ preventScroll: true });
    this.reveal(this.nodes[at]);
  }

  /** Scrolls the panel, and never the page. */
  reveal(node) {
    const room = this.scroll.getBoundingClientRect();
    const box = node.getBoundingClientRect();
    if (box.left < room.left || box.right > room.right) this.scroll.scrollLeft += (box.left + box.right - room.left - room.right) / 2;
    if (box.top < room.top || box.bottom > room.bottom) this.scroll.scrollTop += (box.top + box.bottom - room.top - room.bottom) / 2;
  }

  fillList() {
    if (!this.details.open || !this.model) return;
    this.list.replaceChildren(
      ...this.items.map((item) => {
        const from = item.sources.length ? `; from ${item.sources.map((at) => `${at + 1}. ${this.items[at].full}`).join(" and ")}` : "";
        return Object.assign(document.createElement("li"), { textContent: label(item) + from });
      }),
    );
  }
}

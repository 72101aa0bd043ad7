/* A tree to choose from: arrows move and open, Enter chooses (the pattern of WAI-ARIA, as one flat list with levels). */
const OPEN_FROM = 40; // larger trees begin with their first level only

export class Tree {
  constructor(element, label, onChoose) {
    Object.assign(this, { element, onChoose, rows: [], open: new Set(), chosen: null });
    element.setAttribute("role", "tree");
    element.setAttribute("aria-label", label);
    element.addEventListener("click", (event) => this.click(event));
    element.addEventListener("keydown", (event) => this.key(event));
  }

  /** Shows these roots; what is open and chosen stays so. */
  show(roots) {
    const isFirst = !this.roots?.length;
    this.roots = roots;
    if (isFirst) this.openFirst(roots, count(roots) <= OPEN_FROM ? 9 : 1);
    this.fill();
  }

  clear() {
    Object.assign(this, { roots: [], rows: [], chosen: null });
    this.open.clear();
    this.element.replaceChildren();
  }

  openFirst(items, levels) {
    for (const item of items) {
      if (!levels || !item.children.length) continue;
      this.open.add(keyOf(item));
      this.openFirst(item.children, levels - 1);
    }
  }

  fill(focus = null) {
    this.rows = [...this.list(this.roots, 1, null)];
    this.element.replaceChildren(...this.rows.map((row) => this.draw(row)));
    const at = this.rows.findIndex(({ item }) => keyOf(item) === (focus ?? this.chosen));
    this.element.children[Math.max(0, at)]?.setAttribute("tabindex", "0");
    if (focus !== null) this.element.children[at]?.focus();
  }

  *list(items, level, parent) {
    for (const [at, item] of items.entries()) {
      yield { item, level, parent, at: at + 1, of: items.length };
      if (this.open.has(keyOf(item))) yield* this.list(item.children, level + 1, keyOf(item));
    }
  }

  draw({ item, level, at, of }) {
    const row = document.createElement("li");
    const isOpen = this.open.has(keyOf(item));
    const states = { role: "treeitem", tabindex: -1, "aria-level": level, "aria-posinset": at, "aria-setsize": of, "aria-selected": keyOf(item) === this.chosen };
    if (item.children.length) states["aria-expanded"] = isOpen;
    for (const [name, value] of Object.entries(states)) row.setAttribute(name, value);
    row.style.setProperty("--level", level);
    const name = Object.assign(document.createElement("span"), { className: "tree-name", textContent: item.short });
    const words = Object.assign(document.createElement("span"), { className: "tree-words", textContent: item.words });
    row.append(name, " ", words);
    return row;
  }

  click({ target, offsetX }) {
    const at = [...this.element.children].indexOf(target.closest("li"));
    if (at < 0) return;
    const { item } = this.rows[at];
    if (item.children.length && (!item.of || target.tagName === "LI") && offsetX < 44) this.turn(item);
    else this.choose(item);
  }

  key(event) {
    const at = [...this.element.children].indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const { item, parent } = this.rows[at];
    const isOpen = this.open.has(keyOf(item));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.rows.length - 1 }[event.key];
    if (to !== undefined) this.move(to);
    else if (event.key === "ArrowRight" && item.children.length) isOpen ? this.move(at + 1) : this.turn(item);
    else if (event.key === "ArrowLeft") isOpen ? this.turn(item) : this.move(this.rows.findIndex((row) => keyOf(row.item) === parent));
    else if (event.key === "Enter" || event.key === " ") this.choose(item);
    else if (/^[\w[]$/.test(event.key)) this.find(event.key.toLowerCase(), at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  find(letter, from) {
    const next = [...this.rows.keys()].map((step) => (from + 1 + step) % this.rows.length).find((at) => this.rows[at].item.short.toLowerCase().startsWith(letter));
    if (next !== undefined) this.move(next);
  }

  move(at) {
    const row = this.element.children[at];
    if (!row) return;
    this.element.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    row.setAttribute("tabindex", "0");
    row.focus();
  }

  turn(item) {
    if (!this.open.delete(keyOf(item))) this.open.add(keyOf(item));
    this.fill(keyOf(item));
  }

  choose(item) {
    if (!item.of) {
      this.turn(item);
      return;
    }
    this.chosen = keyOf(item);
    this.fill(this.chosen);
    this.onChoose(item);
  }
}

const keyOf = ({ of, name }) => `${of}:${name}`;

function count(items) {
  return items.reduce((sum, { children }) => sum + 1 + count(children), 0);
}

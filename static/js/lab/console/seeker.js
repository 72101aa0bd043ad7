/* Finds words in the console: how often, where, the next and the one before. Matches are highlighted without a change to the
   page (where the browser cannot, the one in question is selected). */
const SHOWN = 4000; // highlights at a time, around the one in question: a letter may occur a million times
const REFRESH_MS = 250;

export class Seeker {
  /** `form` holds the field, the count and the buttons; `list()` gives the blocks of output in order. */
  constructor(form, { list, log, leave }) {
    Object.assign(this, { form, list, log, leave });
    this.field = form.querySelector("input");
    this.count = form.querySelector("output");
    this.places = [];
    this.listen();
  }

  listen() {
    this.field.addEventListener("input", () => this.search());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      else if ((event.key === "Enter" && event.target === this.field) || event.key === "F3") this.step(event.shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
    });
    this.form.querySelector("[data-find=next]").addEventListener("click", () => this.step(1));
    this.form.querySelector("[data-find=previous]").addEventListener("click", () => this.step(-1));
    this.form.querySelector("[data-find=close]").addEventListener("click", () => this.close());
  }

  open() {
    const selected = getSelection();
    if (!selected.isCollapsed && this.log.contains(selected.anchorNode)) this.field.value = selected.toString().split("\n")[0].slice(0, 200);
    this.form.hidden = false;
    this.field.focus();
    this.field.select();
    this.search();
  }

  close() {
    this.form.hidden = true;
    this.unlight();
    this.log.focus({ preventScroll: true });
  }

  refreshSoon() {
    if (this.form.hidden) return;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.refresh();
    }, REFRESH_MS);
  }

  /** Looks again, because the output has changed; stays at the match in question. */
  refresh() {
    if (this.form.hidden) return;
    this.places = this.locate();
    this.current = Math.min(this.current, this.places.length - 1);
    this.light();
  }

  search() {
    this.places = this.locate();
    this.current = this.places.length ? 0 : -1;
    this.light();
    this.reveal();
  }

  step(by) {
    if (!this.places.length) return;
    this.current = (this.current + by + this.places.length) % this.places.length;
    this.light();
    this.reveal();
  }

  /** Where the words stand: `{block, start, end}`, in order. */
  locate() {
    if (!this.field.value) return [];
    const words = new RegExp(RegExp.escape?.(this.field.value) ?? this.field.value.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "giu");
    return this.list().flatMap((block) => Array.from(block.textContent.matchAll(words), ({ 0: match, index }) => ({ block, start: index, end: index + match.length })));
  }

  light() {
    this.tell();
    this.unlight();
    if (this.current < 0 || !globalThis.Highlight) return;
    const from = Math.max(0, this.current - SHOWN / 2);
    const ranges = spread(this.places.slice(from, from + SHOWN));
    const [here] = ranges.splice(this.current - from, 1);
    CSS.highlights.set("found", new Highlight(...ranges));
    CSS.highlights.set("found-here", new Highlight(here));
  }

  unlight() {
    globalThis.CSS.highlights?.delete("found");
    globalThis.CSS.highlights?.delete("found-here");
  }

  tell() {
    const { length } = this.places;
    if (!this.field.value) this.count.textContent = "";
    else this.count.textContent = length ? `${(this.current + 1).toLocaleString("en")} of ${length.toLocaleString("en")}` : "Not found";
  }

  /** Brings the match in question into view. Its chunk is laid out first: before, only its height is guessed. */
  reveal() {
    const place = this.places[this.current];
    if (!place) return;
    this.leave();
    place.block.scrollIntoView({ block: "nearest", behavior: "instant" });
    const [range] = spread([place]);
    if (!globalThis.Highlight) getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
    const [match, log] = [range.getBoundingClientRect(), this.log.getBoundingClientRect()];
    if (match.top < log.top + 8 || match.bottom > log.bottom - 8) this.log.scrollTop += match.top - log.top - log.height / 2;
  }
}

/** Ranges for places that come in order. */
function spread(places) {
  let [block, nodes, node, passed] = [];
  const advance = (offset) => {
    while (node && passed + node.length < offset) {
      passed += node.length;
      node = nodes.nextNode();
    }
    return [node, offset - passed];
  };
  return places.map((place) => {
    if (place.block !== block) {
      block = place.block;
      nodes = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      [node, passed] = [nodes.nextNode(), 0];
    }
    const range = document.createRange();
    range.setStart(...advance(place.start));
    range.setEnd(...advance(place.end));
    return range;
  });
}

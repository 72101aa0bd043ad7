/* The chapter beside its text, as it will look. It follows the text and the cursor; while the text is broken the last good
   one stays. */
import { Refusal } from "../requests.js";
import { debounce, send } from "./requests.js";

const SHOW_AFTER_MS = 700;
const WIDE = matchMedia("(min-width: 70rem)");

export class Preview {
  constructor(address, { form, frame, button }) {
    Object.assign(this, { address: `${address}preview/`, form, frame, button, asked: null, place: "" });
    this.pane = frame.querySelector(".preview");
    this.plan = debounce(() => this.isShown && this.look(), SHOW_AFTER_MS);
    button.textContent = "Live preview";
    button.addEventListener("click", (event) => {
      event.preventDefault();
      this.toggle(!this.isShown);
    });
    this.toggle(WIDE.matches || Boolean(this.pane.querySelector("fieldset")));
  }

  get isShown() {
    return !this.frame.hasAttribute("data-alone");
  }

  toggle(wanted) {
    this.frame.toggleAttribute("data-alone", !wanted);
    this.button.setAttribute("aria-pressed", String(wanted));
    if (wanted) this.look();
  }

  /** Asked for by key: shown, and brought into view where it stands below the text. */
  show() {
    this.toggle(true);
    if (!WIDE.matches) this.pane.scrollIntoView();
  }

  async look() {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const answer = await send(this.form, this.address, { html: true, signal: asked.signal });
      if (this.asked === asked) this.render(answer);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof Refusal)) throw error;
    }
  }

  render(answer) {
    const page = new DOMParser().parseFromString(answer, "text/html").querySelector(".preview");
    const broken = page?.querySelector("[data-broken]");
    if (!page || (broken && this.pane.querySelector("fieldset"))) return this.say(broken);
    const { scrollTop } = this.pane;
    this.pane.removeAttribute("data-stale");
    this.pane.replaceChildren(...page.childNodes);
    this.pane.scrollTop = scrollTop;
    this.scrollTo(this.place);
    if (this.pane.querySelector("kindling-tabs, kindling-plot, [data-lines]")) import("../chapter/parts.js");
  }

  say(broken) {
    if (!broken || this.pane.hasAttribute("data-stale")) return;
    this.pane.setAttribute("data-stale", "");
    this.pane.append(Object.assign(document.createElement("p"), { className: "preview-said", textContent: "This is the last text without problems." }));
    this.pane.prepend(this.pane.lastChild);
  }

  /** The cursor is somewhere else: what stands there is brought into view. */
  follow(text) {
    const place = text.places.find((id) => this.find(id));
    if (!place || place === this.place) return;
    this.place = place;
    if (this.isShown) this.scrollTo(place);
  }

  find(id) {
    return this.pane.querySelector(`[id="${CSS.escape(id)}"]`);
  }

  scrollTo(place) {
    const target = place && this.find(place);
    if (!target) return;
    const [inner, outer] = [target.getBoundingClientRect(), this.pane.getBoundingClientRect()];
    const isSeen = inner.top >= outer.top && inner.top < outer.bottom - 80;
    if (!isSeen) this.pane.scrollTop += inner.top - outer.top - 24;
  }
}

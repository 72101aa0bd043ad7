/* <kindling-composer>: the form of a text. It keeps the text, shows how it will look, counts, completes names. Without
   scripts the form works as it is. */
import { make } from "../reading/making.js";
import { makeToken } from "../requests.js";
import { forget, recall, remember } from "./drafts.js";
import { offerNames } from "./mentions.js";
import { Preview } from "./preview.js";
import { makeToolbar } from "./toolbar.js";

const MOST_BYTES = 20_000;
const TELL_FROM = 0.8;
const measure = new TextEncoder();

export class KindlingComposer extends HTMLElement {
  connectedCallback() {
    if (this.form) return;
    this.form = this.querySelector("form");
    this.text = this.form.elements.body;
    this.began = 0;
    this.said = make("p", { class: "meta composer-said", role: "status" });
    this.text.before(makeToolbar(this.text));
    this.text.after(this.said);
    this.preview = new Preview(this);
    offerNames(this.text, this.dataset.people);
    this.restore();
    this.text.addEventListener("input", () => this.keep());
    this.title?.addEventListener("input", () => this.keep());
    this.text.addEventListener("invalid", () => this.preview.toggle(false)); // what is asked for has to be seen
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
    });
  }

  get place() {
    return this.dataset.place;
  }

  /** Of a new thread. */
  get title() {
    return this.form.elements.title;
  }

  /** What was being written here, unless the page came with a text that was refused. Its token comes back with it. */
  restore() {
    const draft = recall(this.place);
    const isRefused = this.querySelector(".errors, .form-errors, section.composer-preview");
    if (!draft || isRefused || (draft.text === this.text.value && !draft.title)) return;
    const quote = "joins" in this.dataset ? this.text.defaultValue : "";
    this.text.value = draft.text.includes(quote.trim()) ? draft.text : `${draft.text.trimEnd()}\n\n${quote}`;
    if (this.title && draft.title) this.title.value = draft.title;
    if (this.form.elements.client_token && draft.token) this.form.elements.client_token.value = draft.token;
    this.restored = true;
    this.tell("Your draft was kept in this browser.");
    this.said.append(" ", make("button", { type: "button", class: "link-button", onclick: () => this.discard() }, "Discard it"));
  }

  discard() {
    forget(this.place);
    this.text.value = this.text.defaultValue;
    if (this.title) this.title.value = this.title.defaultValue;
    this.restored = false;
    this.began = 0;
    if (this.form.elements.client_token) this.form.elements.client_token.value = makeToken();
    this.tell("");
    this.text.focus();
  }

  keep() {
    this.began ||= performance.now();
    const text = this.text.value;
    const title = this.title?.value.trim();
    const draft = { text, title, token: this.form.elements.client_token?.value };
    if (!title && (!text.trim() || text === this.text.defaultValue)) forget(this.place);
    else if (!remember(this.place, draft)) return this.tell("This browser keeps no drafts: copy a long text before you leave the page.");
    this.count(text);
  }

  count(text) {
    const bytes = measure.encode(text).length;
    if (bytes < MOST_BYTES * TELL_FROM) return this.tell("");
    const left = MOST_BYTES - bytes;
    this.tell(left >= 0 ? `${left.toLocaleString("en-GB")} bytes left.` : `${(-left).toLocaleString("en-GB")} bytes too long. Shorten it, or make two posts of it.`);
  }

  /** One text, one post: a second click changes nothing, and the same token goes with another try. */
  submit(event) {
    if (this.leaving) return event.preventDefault();
    const { typed_s: typed } = this.form.elements;
    if (typed && this.began && !this.restored) typed.value = ((performance.now() - this.began) / 1000).toFixed(1);
    this.leaving = true;
    this.setAttribute("aria-busy", "true");
    setTimeout(() => this.stay(), 5_000); // the page is still here: the form did not go
    addEventListener("pageshow", () => this.stay(), { once: true });
  }

  stay() {
    this.leaving = false;
    this.removeAttribute("aria-busy");
  }

  tell(words) {
    if (this.said.textContent !== words) this.said.textContent = words;
  }

  /** Puts words at the end, on lines of their own. */
  append(words) {
    this.preview.toggle(false);
    const before = this.text.value.trimEnd();
    this.text.setRangeText(`${before && "\n\n"}${words}\n\n`, before.length, this.text.value.length, "end");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.text.focus();
  }
}

customElements.define("kindling-composer", KindlingComposer);

/* Names of the thread, offered after an @. */
import { make } from "../reading/making.js";

const ASKED_AFTER_MS = 150;
const TYPED = /(?:^|[\s(])@([^@\n]{0,30})$/;
let made = 0;

export function offerNames(text, address) {
  if (!address) return;
  const id = `names-${(made += 1)}`;
  const list = make("ul", { class: "names", id, role: "listbox", "aria-label": "People of this thread", hidden: true });
  text.after(list);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", id);
  const names = new Names(text, list, address);
  text.addEventListener("input", () => names.plan());
  text.addEventListener("keydown", (event) => names.press(event), { capture: true });
  text.addEventListener("blur", () => setTimeout(() => names.close(), 200)); // a click on a name comes first
}

class Names {
  constructor(text, list, address) {
    Object.assign(this, { text, list, address, at: -1, asked: 0 });
  }

  plan() {
    clearTimeout(this.timer);
    const typed = this.find();
    if (typed === null) return this.close();
    this.timer = setTimeout(() => this.ask(typed), ASKED_AFTER_MS);
  }

  find() {
    const { selectionStart: end, value } = this.text;
    return TYPED.exec(value.slice(0, end))?.[1] ?? null;
  }

  async ask(typed) {
    const asked = (this.asked += 1);
    const answer = await fetch(`${this.address}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || asked !== this.asked || this.find() !== typed) return;
    this.show((await answer.json()).names, typed);
  }

  show(names, typed) {
    if (!names.length || names.some((name) => name === typed.trimEnd())) return this.close();
    this.list.replaceChildren(...names.map((name, index) => make("li", { role: "option", id: `${this.list.id}-${index}`, onmousedown: (event) => this.take(event, name) }, name)));
    this.list.hidden = false;
    this.choose(0);
  }

  choose(index) {
    this.at = (index + this.list.children.length) % this.list.children.length;
    [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === this.at)));
    this.text.setAttribute("aria-activedescendant", this.list.children[this.at].id);
  }

  press(event) {
    if (this.list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.choose(this.at + (event.key === "ArrowDown" ? 1 : -1));
    } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
      this.take(event, this.list.children[this.at].textContent);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    }
  }

  take(event, name) {
    event.preventDefault();
    const end = this.text.selectionStart;
    this.text.setRangeText(`${name} `, end - (this.find()?.length ?? 0), end, "end");
    this.close();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
    clearTimeout(this.timer);
  }

  close() {
    this.asked += 1;
    this.list.hidden = true;
    this.text.removeAttribute("aria-activedescendant");
  }
}

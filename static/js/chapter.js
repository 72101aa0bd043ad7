/* <kindling-chapter>: records which sections were read and where the reader is.

   A section counts as read when its end has stayed in view for a second. Sections are observed, not headings: a jump past
   a heading would be missed otherwise. */
import { post } from "./requests.js";

const DWELL_MS = 1000;
const UNDER_HEADER = { rootMargin: "-80px 0px 0px 0px" }; // what the header covers is not in view
const SEND_AFTER_MS = 1500;
const RETRY_AFTER_MS = 15_000;

class KindlingChapter extends HTMLElement {
  connectedCallback() {
    const state = JSON.parse(document.getElementById("chapter-state").textContent);
    this.read = new Set(state.read);
    this.unsent = new Set();
    this.place = state.place;
    this.sections = [...this.querySelectorAll(".section")];
    this.observePlace();
    this.observeEnds();
    addEventListener("visibilitychange", () => document.hidden && this.send());
    addEventListener("pagehide", () => this.send());
  }

  observePlace() {
    const line = new IntersectionObserver(
      (entries) => {
        const entered = entries.filter((entry) => entry.isIntersecting).at(-1);
        if (entered) this.moveTo(entered.target.id);
      },
      { rootMargin: "-30% 0px -69% 0px" },
    );
    for (const section of this.sections) line.observe(section);
  }

  observeEnds() {
    const timers = new Map();
    const stay = (end) => timers.set(end, setTimeout(() => this.markRead(end.closest(".section")?.id), DWELL_MS));
    const ends = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target));
        timers.delete(target);
        if (isIntersecting) stay(target);
      }
    }, UNDER_HEADER);
    addEventListener("visibilitychange", () => document.hidden || [...timers.keys()].forEach(stay)); // what came into view unseen
    for (const section of this.sections) {
      if (this.read.has(section.id) || !section.lastElementChild) continue;
      const watch = () => ends.observe(section.lastElementChild);
      watch();
      new MutationObserver(watch).observe(section, { childList: true }); // a graded question takes the place of the asked one
    }
  }

  moveTo(key) {
    this.dispatchEvent(new CustomEvent("place", { bubbles: true, detail: { key } }));
    if (key === this.place || (!scrollY && !this.place)) return;
    this.place = key;
    this.moved = true;
    this.sendSoon();
  }

  markRead(key) {
    if (!key || this.read.has(key) || document.hidden) return;
    this.read.add(key);
    this.unsent.add(key);
    this.dispatchEvent(new CustomEvent("read", { bubbles: true, detail: { key } }));
    this.sendSoon();
  }

  sendSoon(after = SEND_AFTER_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), after);
  }

  async send() {
    clearTimeout(this.timer);
    if (!this.unsent.size && !this.moved) return;
    const read = [...this.unsent];
    this.unsent.clear();
    this.moved = false;
    try {
      await post(this.dataset.record, { read, place: this.place }, { keepalive: true });
      if (read.length) document.dispatchEvent(new Event("progress"));
    } catch (refusal) {
      if (!refusal.passing) return;
      for (const key of read) this.unsent.add(key);
      this.moved = true;
      this.sendSoon(RETRY_AFTER_MS);
    }
  }
}

customElements.define("kindling-chapter", KindlingChapter);

/* Two tabs over the text: to write it, and to see it as the server will show it. */
import { make } from "../reading/making.js";

const FAILED = "The preview cannot be fetched. Check your connection, and try again; your text is kept.";
let made = 0;

export class Preview {
  constructor(composer) {
    this.composer = composer;
    this.text = composer.text;
    this.id = `composer-${(made += 1)}`;
    this.tabs = ["Write", "Preview"].map((name, index) => make("button", { type: "button", role: "tab", id: `${this.id}-tab-${index}`, "aria-controls": `${this.id}-panel`, onclick: () => this.toggle(index === 1) }, name));
    this.panel = make("div", { class: "composer-panel", role: "tabpanel", id: `${this.id}-panel` });
    const list = make("div", { class: "composer-tabs", role: "tablist", "aria-label": "Write or see", onkeydown: (event) => this.walk(event) }, ...this.tabs);
    this.shown = make("div", { class: "composer-preview", hidden: true });
    const toolbar = composer.querySelector(".composer-tools");
    toolbar.before(this.panel);
    this.panel.before(list);
    this.panel.append(toolbar, this.text, this.shown);
    composer.querySelector("[data-plain]")?.remove();
    this.toggle(false);
  }

  walk(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    this.toggle(this.shown.hidden);
    this.tabs[this.shown.hidden ? 0 : 1].focus();
  }

  toggle(wanted) {
    this.tabs.forEach((tab, index) => {
      tab.setAttribute("aria-selected", String((index === 1) === wanted));
      tab.tabIndex = (index === 1) === wanted ? 0 : -1;
    });
    this.panel.setAttribute("aria-labelledby", this.tabs[wanted ? 1 : 0].id);
    this.shown.hidden = !wanted;
    this.text.hidden = wanted;
    this.composer.querySelector(".composer-tools").hidden = wanted;
    if (wanted) this.look();
  }

  async look() {
    this.shown.textContent = "…";
    try {
      const answer = await fetch(this.composer.dataset.preview, { method: "POST", body: new FormData(this.composer.form), headers: { "HX-Request": "true" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector(".body, .notice");
      this.shown.replaceChildren(found ?? FAILED);
    } catch {
      this.shown.textContent = FAILED;
    }
  }
}

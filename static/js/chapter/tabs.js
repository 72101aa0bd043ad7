/* <kindling-tabs>: one panel at a time of those that stand under headings. Who has chosen conda once is shown conda wherever
   there is such a tab. On paper all panels are seen. */
import { Tabs } from "../lab/tabs.js";

const KEPT = "kindling-tab";

class KindlingTabs extends HTMLElement {
  connectedCallback() {
    if (this.tabs) return;
    this.panels = [...this.querySelectorAll(":scope > section")];
    const list = Object.assign(document.createElement("div"), { className: "tab-list", role: "tablist" });
    list.append(...this.panels.map((panel, at) => this.makeTab(panel, at)));
    this.prepend(list);
    this.tabs = new Tabs(list);
    this.show(localStorage.getItem(KEPT)) || this.tabs.choose(0);
    list.addEventListener("click", ({ target }) => this.keep(target.closest("[role=tab]")));
    list.addEventListener("keyup", () => this.keep(list.querySelector("[aria-selected=true]")));
    addEventListener("beforeprint", () => this.panels.forEach((panel) => (panel.hidden = false)));
    addEventListener("afterprint", () => this.tabs.open(this.panels[this.chosen]));
  }

  get chosen() {
    return this.tabs.tabs.findIndex((tab) => tab.ariaSelected === "true");
  }

  makeTab(panel, at) {
    const heading = panel.querySelector("h3");
    const tab = Object.assign(document.createElement("button"), { type: "button", role: "tab", id: `${this.id}--tab-${at}` });
    tab.textContent = heading.textContent;
    heading.hidden = true;
    panel.id = `${this.id}--panel-${at}`;
    panel.role = "tabpanel";
    panel.setAttribute("aria-labelledby", tab.id);
    tab.setAttribute("aria-controls", panel.id);
    return tab;
  }

  /** Opens the tab of that title, if there is one. */
  show(title) {
    const at = this.tabs.tabs.findIndex((tab) => tab.textContent === title);
    this.tabs.choose(at);
    return at >= 0;
  }

  keep(tab) {
    if (!tab) return;
    const title = tab.textContent;
    try {
      localStorage.setItem(KEPT, title);
    } catch {
      // Where nothing may be stored, the choice lasts as long as the page.
    }
    for (const each of document.querySelectorAll("kindling-tabs")) if (each !== this) each.show(title);
  }
}

customElements.define("kindling-tabs", KindlingTabs);

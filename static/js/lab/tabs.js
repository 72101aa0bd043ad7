/* Tabs over panels: arrow keys move between them, and only the chosen one is in the order of Tab. */
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

export class Tabs {
  /** `onShow(panel)` is told each time that a panel comes to be seen. */
  constructor(list, onShow = () => {}) {
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    this.onShow = onShow;
    list.addEventListener("click", ({ target }) => this.choose(this.tabs.indexOf(target.closest("[role=tab]"))));
    list.addEventListener("keydown", (event) => this.move(event));
  }

  get panel() {
    return panelOf(this.tabs.find((tab) => tab.ariaSelected === "true"));
  }

  /** Shows this panel. */
  open(panel) {
    this.choose(this.tabs.findIndex((tab) => panelOf(tab) === panel));
  }

  move(event) {
    const step = KEYS[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.tabs.indexOf(document.activeElement);
    const next = Math.abs(step) === 1 ? (at + step + this.tabs.length) % this.tabs.length : step < 0 ? 0 : this.tabs.length - 1;
    this.tabs[next].focus();
    this.choose(next);
  }

  choose(chosen) {
    if (chosen < 0) return;
    for (const [index, tab] of this.tabs.entries()) {
      tab.ariaSelected = String(index === chosen);
      tab.tabIndex = index === chosen ? 0 : -1;
      panelOf(tab).hidden = index !== chosen;
    }
    this.onShow(this.panel);
  }
}

function panelOf(tab) {
  return document.getElementById(tab.getAttribute("aria-controls"));
}

/* <theme-switch>: system, light or dark; the choice is kept on this device. Says `themechange` on the document. */
import { draw } from "./icons.js";

const root = document.documentElement;
const FACES = {
  system: ["As the system", '<rect x="1.75" y="2.75" width="12.5" height="8.5" rx="1.25"/><path d="M5.5 14h5"/>'],
  light: ["Light", '<circle cx="8" cy="8" r="2.75"/><path stroke-linecap="round" d="M8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M3.2 12.8l1-1M11.8 4.2l1-1"/>'],
  dark: ["Dark", '<path d="M13.8 9.6A6 6 0 0 1 6.4 2.2a6 6 0 1 0 7.4 7.4Z"/>'],
};

const makeButton = ([theme, [name, face]]) => `<button type="button" value="${theme}" title="${name}" aria-label="${name}">${draw(face)}</button>`;

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.innerHTML = Object.entries(FACES).map(makeButton).join("");
    this.addEventListener("click", (event) => {
      const theme = event.target.closest("button")?.value;
      if (theme) this.choose(theme);
    });
    this.show(root.dataset.theme ?? "system");
  }

  choose(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Not kept, but it holds for this page.
    }
    this.show(theme);
    document.dispatchEvent(new Event("themechange"));
  }

  show(theme) {
    for (const button of this.querySelectorAll("button")) button.ariaPressed = String(button.value === theme);
  }
}

customElements.define("theme-switch", ThemeSwitch);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("themechange")));

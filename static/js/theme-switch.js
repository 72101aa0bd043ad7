/* <theme-switch>: system, light or dark; the choice is kept on this device. Says `themechange` on the document. */
const root = document.documentElement;

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const theme = event.target.closest("button")?.value;
      if (theme) this.choose(theme);
    });
    this.show(root.dataset.theme ?? "system");
    this.hidden = false;
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

/* The lab over the whole window. What is not seen then cannot be reached by keyboard or screen reader either. */
export class FullScreen {
  constructor(lab, button) {
    Object.assign(this, { lab, button, closed: [] });
    button.addEventListener("click", () => this.toggle());
    lab.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOn && !event.defaultPrevented && !event.target.closest("textarea, input, .cm-editor")) this.toggle();
    });
  }

  get isOn() {
    return "full" in this.lab.dataset;
  }

  toggle() {
    this.lab.toggleAttribute("data-full");
    document.documentElement.toggleAttribute("data-covered", this.isOn);
    this.button.setAttribute("aria-pressed", String(this.isOn));
    for (const element of this.closed) element.inert = false;
    this.closed = this.isOn ? listOthers(this.lab).filter((element) => !element.inert) : [];
    for (const element of this.closed) element.inert = true;
    this.button.focus();
  }
}

/** All that is neither in `element` nor around it. */
function listOthers(element) {
  const others = [];
  for (let inner = element; inner !== document.body; inner = inner.parentElement) {
    others.push(...[...inner.parentElement.children].filter((child) => child !== inner));
  }
  return others;
}

/* The legend: a button for each line, which shows and hides it, with the value at the crosshair or else the last one. */
import { formatNumber } from "../numbers.js";

const STYLES = ["solid", "dashed", "dotted", "double"];

export class Keys {
  constructor(element, { onToggle }) {
    Object.assign(this, { element, onToggle, shown: "" });
  }

  /** `entries` as the board has them; `hidden` the keys of those that are not drawn. */
  show(entries, hidden, readValue) {
    const shape = JSON.stringify(entries.map(({ key, label, look }) => [key, label, look.colour]));
    if (shape !== this.shown) this.build(entries);
    this.shown = shape;
    entries.forEach((entry, n) => this.update(this.buttons[n], !hidden.has(entry.key), readValue(entry)));
  }

  update({ button, value }, isShown, number) {
    const text = formatNumber(number);
    if (value.textContent !== text) value.textContent = text;
    if (button.ariaPressed !== String(isShown)) button.ariaPressed = String(isShown);
  }

  build(entries) {
    this.buttons = entries.map((entry) => this.make(entry));
    this.element.replaceChildren(...this.buttons.map(({ button }) => button));
  }

  make({ key, label, look, scale }) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "chart-key", title: "Show or hide this line" });
    const line = document.createElement("i");
    line.style.borderTop = `3px ${look.dash.length ? STYLES[look.dash[0] < 4 ? 2 : 1] : STYLES[0]} ${look.colour}`;
    const value = document.createElement("b");
    button.append(line, `${label}${scale === "score" ? " (right)" : ""} `, value);
    button.addEventListener("click", () => this.onToggle(key));
    return { button, value };
  }
}

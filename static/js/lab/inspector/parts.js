/* Elements and numbers, made short. */
import { formatNumber } from "../numbers.js";

/** A number as a person reads it, with a real minus. */
export const tell = (value) => formatNumber(value).replaceAll("-", "−");

/** An element with these properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A labelled choice of `options` ([value, words]); tells `onChange` the chosen value as text. */
export function choice(name, options, chosen, onChange) {
  const select = make("select", { ariaLabel: name }, ...options.map(([value, words]) => make("option", { value, textContent: words, selected: `${value}` === `${chosen}` })));
  select.addEventListener("change", () => onChange(select.value));
  return make("label", { className: "pane-choice" }, `${name} `, select);
}

/** A switch that is on or off. */
export function check(words, isOn, onChange) {
  const box = make("input", { type: "checkbox", checked: isOn });
  box.addEventListener("change", () => onChange(box.checked));
  return make("label", { className: "pane-check" }, box, ` ${words}`);
}

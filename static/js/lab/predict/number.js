/* A question whose answer is a number. */
import { make } from "./making.js";

export function makeNumber({ ask, unit }) {
  const input = make("input", { id: "prediction-number", type: "text", inputMode: "decimal", autocomplete: "off", "aria-describedby": "prediction-error" });
  const field = make("span", { className: "prediction-number" }, [input, ...(unit ? [make("span", { textContent: unit })] : [])]);
  return {
    parts: [make("label", { htmlFor: input.id, textContent: ask }), field],
    focus: () => input.focus(),
    read() {
      const said = readNumber(input.value);
      input.setAttribute("aria-invalid", String(said === null));
      return said === null ? { problem: "Write a number, such as 120 or 0.5, or skip." } : { said };
    },
  };
}

/** The number that a person wrote, with a comma or a point for the fraction; null for what is none. */
export function readNumber(text) {
  const plain = text.trim().replace(/\s/g, "").replace(/^(-?\d*),(\d+)$/, "$1.$2");
  const number = Number(plain);
  return plain && Number.isFinite(number) ? number : null;
}

/* A question with answers to choose from. */
import { make } from "./making.js";

export function makeChoice({ ask, choices }) {
  const inputs = choices.map((_, place) => make("input", { type: "radio", name: "prediction", value: String(place) }));
  const labels = choices.map((says, place) => make("label", { className: "choice" }, [inputs[place], make("span", { textContent: says })]));
  return {
    parts: [make("fieldset", {}, [make("legend", { textContent: ask }), ...labels])],
    focus: () => (inputs.find(({ checked }) => checked) ?? inputs[0]).focus(),
    read() {
      const place = inputs.findIndex(({ checked }) => checked);
      return place < 0 ? { problem: "Choose one of the answers, or skip." } : { said: place };
    },
  };
}

/* What Markdown is asked for most: marks around the selected words. */
import { make } from "../reading/making.js";

const TOOLS = [
  ["Bold", "B", (words) => ["**", words || "bold", "**"]],
  ["Code", "<>", (words) => (words.includes("\n") ? ["```python\n", words, "\n```"] : ["`", words || "code", "`"])],
  ["Quote", "”", (words) => ["", (words || "quote").replace(/^/gm, "> "), ""]],
  ["Link", "↗", (words) => ["[", words || "words", "](https://)"]],
  ["List", "•", (words) => ["", (words || "item").replace(/^/gm, "- "), ""]],
];

export function makeToolbar(text) {
  const buttons = TOOLS.map(([name, sign, mark]) => make("button", { type: "button", title: name, "aria-label": name, onclick: () => wrap(text, mark) }, sign));
  return make("div", { class: "composer-tools", role: "group", "aria-label": "Markdown" }, ...buttons);
}

function wrap(text, mark) {
  const { selectionStart: start, selectionEnd: end } = text;
  const [before, words, after] = mark(text.value.slice(start, end));
  text.setRangeText(before + words + after, start, end, "end");
  text.setSelectionRange(start + before.length, start + before.length + words.length);
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

/* What a listing really printed takes the place of what the text says that it prints: a button beside a trial that failed. */
const FENCE = /^(`{3,}) *output *$/;

export class Outputs {
  constructor(page, { text }) {
    this.text = text;
    page.addEventListener("click", (event) => this.obey(event));
  }

  obey(event) {
    const button = event.target.closest("[data-take-output]");
    if (!button) return;
    const output = document.getElementById(button.dataset.takeOutput).textContent.replace(/\n+$/, "");
    const taken = exchange(this.text.value, button.dataset.key, output);
    button.disabled = true;
    if (taken === null) button.textContent = "The text has no such output any more";
    else {
      this.text.replace(taken);
      button.textContent = "Taken over";
    }
  }
}

/** The text with `output` in the first output fence of the directive `key`; null where there is none. */
export function exchange(source, key, output) {
  const lines = source.split("\n");
  const begin = lines.findIndex((line) => line.startsWith(":::") && line.split(/ +/)[2] === key);
  if (begin < 0) return null;
  const end = lines.findIndex((line, at) => at > begin && line.trim() === ":::");
  const open = lines.findIndex((line, at) => at > begin && FENCE.test(line));
  if (open < 0 || (end > 0 && open > end)) return null;
  const close = lines.findIndex((line, at) => at > open && line.trim() === FENCE.exec(lines[open])[1]);
  if (close < 0) return null;
  return lines.toSpliced(open + 1, close - open - 1, ...output.split("\n")).join("\n");
}

/* <kindling-plot>: a figure that is drawn anew while one of its sliders moves. What it reads then is said once it rests. */
import { readOff, trace, writeNumber } from "./drawing.js";

const RESTS_AFTER_MS = 700;

class KindlingPlot extends HTMLElement {
  connectedCallback() {
    if (this.plot) return;
    this.plot = JSON.parse(this.dataset.plot);
    this.inputs = [...this.querySelectorAll("input")];
    this.said = Object.assign(document.createElement("p"), { className: "visually-hidden", role: "status" });
    this.append(this.said);
    this.querySelector(".sliders").hidden = false;
    this.addEventListener("input", () => this.draw());
    this.draw();
  }

  draw() {
    const values = Object.fromEntries(this.inputs.map((input) => [input.name, Number(input.value)]));
    for (const [at, input] of this.inputs.entries()) {
      input.nextElementSibling.textContent = writeNumber(values[input.name], this.plot.vary[at].digits);
    }
    for (const [at, mark] of this.plot.marks.entries()) {
      const { line, dots } = trace(this.plot, mark, values);
      this.querySelector(`[data-line="${at}"]`)?.setAttribute("d", line);
      this.querySelector(`[data-dots="${at}"]`)?.setAttribute("d", dots);
    }
    this.read(values);
  }

  read(values) {
    const shown = [...this.querySelectorAll("dd")];
    const read = readOff(this.plot, values);
    for (const [at, words] of read.entries()) shown[at].textContent = words;
    clearTimeout(this.resting);
    if (!this.contains(document.activeElement)) return;
    const sentence = read.map((words, at) => `${this.plot.readings[at].says}: ${words}`).join("; ");
    this.resting = setTimeout(() => (this.said.textContent = sentence), RESTS_AFTER_MS);
  }
}

customElements.define("kindling-plot", KindlingPlot);

/* <kindling-merge>: a text of one's own for a place that both have changed, beside what was published. The textarea stays
   the form's field; without this it is where the text is written. */
const WIDE = matchMedia("(min-width: 50rem)");

class KindlingMerge extends HTMLElement {
  async connectedCallback() {
    this.area = this.querySelector("textarea");
    this.area.addEventListener("input", () => this.choose());
    if (!WIDE.matches) return; // two texts side by side need room; the field below them does not
    const { Sides } = await import("./sides.js");
    this.sides = new Sides(this.area, this.querySelector("template").content.textContent, (text) => {
      this.area.value = text;
      this.choose();
    });
  }

  /** Who writes a text means it. */
  choose() {
    document.getElementById(this.area.dataset.choice).checked = true;
  }
}

customElements.define("kindling-merge", KindlingMerge);

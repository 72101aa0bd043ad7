/* <kindling-editing>: the page on which a chapter is written. Its form works without this; here the text becomes an editor
   that is checked, shown and kept while it is written. */
import "./merge.js";
import { Drafts } from "./drafts.js";
import { Files } from "./files.js";
import { Outputs } from "./outputs.js";
import { Presence } from "./presence.js";
import { Preview } from "./preview.js";
import { Problems } from "./problems.js";
import { Text } from "./text.js";

class KindlingEditing extends HTMLElement {
  connectedCallback() {
    const role = (name) => this.querySelector(`[data-role=${name}]`);
    const { address } = this.dataset;
    this.form = role("form");
    this.text = new Text(this.form.elements.source, JSON.parse(document.getElementById("editing-words").textContent), {
      onChange: () => this.change(),
      onMove: () => this.preview.follow(this.text),
      onKeep: () => this.drafts.send(),
      onPreview: () => this.preview.show(),
    });
    this.drafts = new Drafts(address, { form: this.form, text: this.text, kept: role("kept"), question: role("question") });
    this.problems = new Problems(address, { form: this.form, text: this.text, list: role("problems") });
    this.preview = new Preview(address, { form: this.form, frame: this.querySelector(".editing"), button: role("preview") });
    this.files = new Files(address, { form: this.form, text: this.text, drafts: this.drafts, onChange: () => this.change() });
    this.presence = new Presence(address, { form: this.form, text: this.text, place: role("presence") });
    this.outputs = new Outputs(this, { text: this.text });
    role("keys").hidden = false;
    this.addEventListener("click", (event) => this.goToLine(event));
    this.text.load();
    this.problems.look();
  }

  change() {
    this.drafts.plan();
    this.problems.plan();
    this.preview.plan();
  }

  goToLine(event) {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    this.text.goTo(Number(link.dataset.line));
  }
}

customElements.define("kindling-editing", KindlingEditing);

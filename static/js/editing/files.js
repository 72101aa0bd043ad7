/* Pictures and drawings come by button, drop or paste; what has come is put into the text at the cursor. */
import { Refusal } from "../requests.js";
import { send } from "./requests.js";

export class Files {
  constructor(address, { form, text, drafts, onChange }) {
    Object.assign(this, { address: `${address}files/uploads/`, form, text, drafts, onChange });
    form.addEventListener("click", (event) => this.click(event));
    for (const kind of ["dragover", "dragleave", "drop"]) form.addEventListener(kind, (event) => this.drag(event), true);
    form.addEventListener("paste", (event) => this.take(event, event.clipboardData?.files), true);
    this.dress();
  }

  get list() {
    return this.form.querySelector("[data-role=files]");
  }

  dress() {
    for (const button of this.list.querySelectorAll("[data-insert]")) button.hidden = false;
  }

  click(event) {
    const insert = event.target.closest("[data-insert]");
    if (insert) this.text.insert(write(insert.dataset.insert, "picture" in insert.dataset));
    const { files } = this.form.elements.file;
    if (!event.target.closest("[data-role=upload]") || !files.length) return;
    event.preventDefault();
    this.upload([...files]);
  }

  drag(event) {
    const host = event.target.closest?.(".text-editor, .editing-source");
    if (!host || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    host.toggleAttribute("data-dropping", event.type === "dragover");
    if (event.type === "drop") this.upload([...event.dataTransfer.files]);
  }

  take(event, files) {
    if (!files?.length) return;
    event.preventDefault();
    event.stopPropagation();
    this.upload([...files]);
  }

  /** Sends them one after the other; the words so far are sent before, since a file stands beside a draft. */
  async upload(files) {
    for (const file of files) {
      try {
        await this.drafts.sending;
        const source = this.text.value;
        const { name, version, files: listed } = await send(this.form, this.address, { more: { file, source } });
        this.drafts.settle(source, version);
        this.show(listed);
        this.text.insert(write(name, !name.endsWith(".svg")));
        this.say(`${name} is beside your draft, and in your text.`);
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        this.say(refusal.message, true);
      }
    }
    this.onChange();
  }

  show(listed) {
    const list = new DOMParser().parseFromString(listed, "text/html").querySelector("[data-role=files]");
    list.open = true;
    this.list.replaceWith(list);
    this.dress();
  }

  say(words, isBad = false) {
    this.list.open = true;
    this.list.querySelector("[role=status]")?.remove();
    const said = Object.assign(document.createElement("p"), { className: `notice notice--${isBad ? "error" : "success"}`, textContent: words });
    said.setAttribute("role", "status");
    this.list.querySelector("summary").after(said);
  }
}

/* A picture of pixels has to say what it shows; a drawing does so by its title. */
function write(name, isPicture) {
  const id = name.replace(/\.[a-z]+$/, "").replace(/_/g, "-");
  return `::: figure ${id} src="${name}"${isPicture ? ' alt="What it shows"' : ""}\nCaption.\n:::`;
}

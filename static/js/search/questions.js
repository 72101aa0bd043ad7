/* What the server finds for the words as they are typed: asked after a pause, each question once, late answers dropped. */
import { read } from "../requests.js";

const PAUSE_MS = 120;

export class Questions {
  constructor(base) {
    this.base = base;
    this.known = new Map();
    this.number = 0;
  }

  /** Calls `tell(answer)`, or `fail(sentence)`, unless something else was asked meanwhile. */
  ask(words, { tell, fail }) {
    const number = this.drop();
    const once = (act) => (value) => number === this.number && act(value);
    if (this.known.has(words)) return tell(this.known.get(words));
    this.timer = setTimeout(() => this.fetch(words).then(once(tell), once(({ message }) => fail(message))), PAUSE_MS);
  }

  /** Nothing of what was asked is wanted any more. */
  drop() {
    clearTimeout(this.timer);
    return ++this.number;
  }

  actions() {
    return read(new URL("actions.json", this.base)).then((answer) => answer.actions, () => []);
  }

  async fetch(words) {
    const url = new URL("suggestions.json", this.base);
    url.searchParams.set("q", words);
    const answer = await read(url);
    if (!answer.error) this.known.set(words, answer);
    return answer;
  }
}

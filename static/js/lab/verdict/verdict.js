/* What a run came to: whether it makes the mini project done, and the prediction beside what came. The server says it. */

export class Verdict {
  /** `element` is empty and read out when it changes, hidden while there is nothing to say. */
  constructor(element) {
    this.element = element;
  }

  clear() {
    this.asking?.abort();
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Shows what became of `run`, which is over. What cannot be fetched is not shown: it stays on the run's page. */
  async show(run) {
    this.clear();
    this.asking = new AbortController();
    try {
      const response = await fetch(`${run.url}verdict/`, { headers: { Accept: "text/html" }, signal: this.asking.signal });
      if (response.ok) this.fill(await response.text());
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    }
  }

  fill(html) {
    this.element.innerHTML = html; // our own template; what students wrote is escaped there
    this.element.hidden = !this.element.childElementCount;
  }
}

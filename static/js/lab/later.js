/* Something that is fetched when it is first needed. What it is told until then waits, and is told in order. */
export class Later {
  /** `make()` fetches and makes it. */
  constructor(make) {
    this.make = make;
    this.waiting = [];
  }

  /** Calls a verb of it, now or as soon as it is there. */
  tell(verb, ...words) {
    if (this.made) this.made[verb](...words);
    else {
      this.waiting.push([verb, words]);
      this.load();
    }
  }

  async load() {
    if (this.loading) return;
    this.loading = true;
    try {
      this.made = await this.make();
      for (const [verb, words] of this.waiting.splice(0)) this.made[verb](...words);
    } finally {
      this.loading = false; // cut off from the network, the next word tries again
    }
  }
}

/* The graph of a run and the looks inside it. Their scripts are fetched when one of their panels is first opened; what has
   been told until then is told to them again. */

export class Insides {
  /** `ask` as in `Inspector` and `onNode` as in `Graph`. */
  constructor({ graph, inspector, ask, onNode }) {
    this.graph = new Late(graph, async () => new (await import("./graph/graph.js")).Graph(graph, { onNode }));
    this.inspector = new Late(inspector, async () => new (await import("./inspector/inspector.js")).Inspector(inspector, { ask }));
  }

  /** A panel has come to be seen. */
  open(panel) {
    for (const each of [this.graph, this.inspector]) if (each.panel === panel) each.open();
  }

  receive(type, data) {
    if (type === "graph") this.graph.tell("add", data);
    else if (type === "inspection") this.inspector.tell("add", data);
    else if (type === "histogram") this.inspector.tell("histogram", data);
  }

  /** The run is in this state now. */
  show(state) {
    this.inspector.tell("show", state);
  }

  /** Lights up what these source lines made. */
  light(lines) {
    this.graph.there?.light(lines);
  }

  clear() {
    this.graph.clear();
    this.inspector.clear();
  }
}

/** Something on a panel that is made when it is first looked at. */
class Late {
  constructor(panel, make) {
    Object.assign(this, { panel, make, told: [] });
  }

  tell(verb, data) {
    if (this.there) this.there[verb](data);
    else this.told.push([verb, data]);
  }

  clear() {
    this.told = [];
    this.there?.clear();
  }

  /** A script that could not be fetched is tried again when the panel is opened again. */
  async open() {
    if (this.there || this.opening) return;
    this.opening = true;
    try {
      this.there = await this.make();
      for (const [verb, data] of this.told.splice(0)) this.there[verb](data);
    } catch (error) {
      if (this.there) throw error;
      this.panel.textContent = "This part of the lab could not be loaded. Check your connection, then open the tab again.";
    } finally {
      this.opening = false;
    }
  }
}

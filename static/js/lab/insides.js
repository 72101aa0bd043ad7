/* The graph of a run and the looks inside it. Their scripts are fetched when one of their panels is first opened; what has
   been told until then is told to them again. */
import { Later } from "./later.js";

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
    this.graph.made?.light(lines);
  }

  clear() {
    this.graph.clear();
    this.inspector.clear();
  }
}

/** Something on a panel that is made when it is first looked at. */
class Late extends Later {
  constructor(panel, make) {
    super(make);
    this.panel = panel;
  }

  tell(verb, data) {
    if (this.made) this.made[verb](data);
    else this.waiting.push([verb, [data]]);
  }

  clear() {
    this.waiting = [];
    this.made?.clear();
  }

  /** A script that could not be fetched is tried again when the panel is opened again. */
  async open() {
    if (this.made) return;
    try {
      await this.load();
    } catch (error) {
      if (this.made) throw error;
      this.panel.textContent = "This part of the lab could not be loaded. Check your connection, then open the tab again.";
    }
  }
}

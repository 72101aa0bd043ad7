/* A histogram as SVG, with the same in words. */
import { tell } from "./parts.js";

const NS = "http://www.w3.org/2000/svg";
const WIDTH = 280;
const HEIGHT = 72;

/** A figure of `{edges, counts}`. */
export function drawBars({ edges, counts }, name) {
  const most = Math.max(...counts);
  const total = counts.reduce((sum, each) => sum + each, 0);
  const peak = counts.indexOf(most);
  const words = `${name}: ${total.toLocaleString("en")} values from ${tell(edges[0])} to ${tell(edges.at(-1))}, most of them between ${tell(edges[peak])} and ${tell(edges[peak + 1])} (${most.toLocaleString("en")}).`;
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "bars-drawing", role: "img", "aria-label": words });
  const [least, wide] = [edges[0], edges.at(-1) - edges[0]];
  const place = (edge) => ((edge - least) / wide) * WIDTH;
  counts.forEach((count, at) => {
    const height = most ? (count / most) * (HEIGHT - 2) : 0;
    const bar = make("rect", { x: place(edges[at]) + 0.5, y: HEIGHT - height, width: Math.max(0.5, place(edges[at + 1]) - place(edges[at]) - 1), height });
    bar.append(title(`${tell(edges[at])} to ${tell(edges[at + 1])}: ${count.toLocaleString("en")}`));
    svg.append(bar);
  });
  if (least < 0 && edges.at(-1) > 0) svg.append(make("line", { class: "bars-zero", x1: place(0), x2: place(0), y1: 0, y2: HEIGHT }));
  const figure = Object.assign(document.createElement("div"), { className: "bars" });
  const axis = Object.assign(document.createElement("p"), { className: "bars-axis" });
  axis.append(...[tell(edges[0]), tell(edges.at(-1))].map((textContent) => Object.assign(document.createElement("span"), { textContent })));
  figure.append(svg, axis);
  return figure;
}

function title(words) {
  const element = make("title", {});
  element.textContent = words;
  return element;
}

function make(name, attributes) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/* The layout as SVG. Colours come from the style sheet. */
import { tellLines } from "./items.js";

const NS = "http://www.w3.org/2000/svg";
const PAD = 12;
const HEIGHT = 26;
const HEIGHT_WITH_DETAIL = 42;
const AIR = 24;
const LEAST = 56;
const STACK = 4; // how far the sheets of a folded block stand out

/** [width, height] of each item, as its words need it. */
export function measure(items, style) {
  const pen = document.createElement("canvas").getContext("2d");
  const write = (font, text) => {
    pen.font = font;
    return pen.measureText(text).width;
  };
  const { fontFamily } = style;
  return items.map(({ title, detail }) => {
    const width = Math.max(write(`600 13px ${fontFamily}`, title), write(`12px ${fontFamily}`, detail));
    return [Math.ceil(Math.max(LEAST, width + AIR)), detail ? HEIGHT_WITH_DETAIL : HEIGHT];
  });
}

/** The drawing of these items; `nodes` are their elements in the same order, `edges` likewise. */
export function draw(items, edges, sizes, layout) {
  const width = Math.ceil(layout.width + 2 * PAD);
  const height = Math.ceil(layout.height + 2 * PAD);
  const svg = make("svg", { viewBox: `${-PAD} ${-PAD} ${width} ${height}`, class: "graph-drawing", role: "group" });
  const lines = edges.map((_, index) => make("path", { class: "graph-edge", d: route(layout.routes[index], layout.across) }));
  const nodes = items.map((item, index) => node(item, sizes[index], layout.places[index]));
  const under = make("g", { "aria-hidden": "true" });
  under.append(...lines);
  svg.append(under, ...nodes);
  return { svg, nodes, lines, width, height };
}

/** How a person hears of an item. */
export function label(item) {
  return [item.words, tellLines(item.lines)].filter(Boolean).join(", ");
}

function node(item, [width, height], [x, y]) {
  const g = make("g", {
    class: `graph-node graph-node--${item.kind}`,
    transform: `translate(${round(x)} ${round(y)})`,
    role: item.fold ? "button" : "img",
    "aria-label": label(item),
    tabindex: "-1",
  });
  const box = { x: -width / 2, y: -height / 2, width, height, rx: item.kind === "parameter" ? height / 2 : 6 };
  if (item.fold) for (const sheet of [2, 1]) g.append(make("rect", { ...box, x: box.x + sheet * STACK, y: box.y - sheet * STACK }));
  g.append(make("rect", box), text(item.title, "graph-title", item.detail ? -3 : 4.5));
  if (item.detail) g.append(text(item.detail, "graph-detail", 13));
  return g;
}

function text(words, name, y) {
  const element = make("text", { class: name, y, "text-anchor": "middle" });
  element.textContent = words;
  return element;
}

/** A smooth way through the points, with an arrow's head at its end. */
function route(points, across) {
  const [first, ...rest] = points.map(([x, y]) => [round(x), round(y)]);
  let path = `M${first}`;
  let [x, y] = first;
  for (const [toX, toY] of rest) {
    path += across ? `C${(x + toX) / 2},${y} ${(x + toX) / 2},${toY} ${toX},${toY}` : `C${x},${(y + toY) / 2} ${toX},${(y + toY) / 2} ${toX},${toY}`;
    [x, y] = [toX, toY];
  }
  return path + (across ? "m-5,-4l5,4l-5,4" : "m-4,-5l4,5l4,-5");
}

function make(name, attributes) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

const round = (value) => Math.round(value * 10) / 10;

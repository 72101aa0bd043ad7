/* Draws the lines of a figure that moves, as apps/courses/dialect/drawing.py draws them for the first picture. */
import { evaluate } from "./expressions.js";

const [LEFT, RIGHT, TOP, BOTTOM] = [56, 466, 36, 266];
const FAR = 2000;
const SAMPLES = 61;
const LARGEST = 1e6;

/** The `d` of a mark's line and of its dots. */
export function trace(plot, mark, values) {
  if (mark.kind === "curve") return { line: join(split(listCurve(plot, mark, values))), dots: "" };
  if (mark.kind === "path") {
    const places = follow(plot, mark, values).map((state) => place(plot, mark, state));
    return { line: join(split(places)), dots: dot(places.filter(Boolean)) };
  }
  const rows = plot.rows.map((row) => ({ ...values, ...row }));
  const gaps = mark.to === undefined ? [] : rows.map((row) => [mark.y, mark.to].map((y) => place(plot, { x: mark.x, y }, row)));
  return { line: join(gaps.filter((gap) => gap.every(Boolean))), dots: dot(rows.map((row) => place(plot, mark, row)).filter(Boolean)) };
}

/** What the readings say: they know the sliders, and what the paths end with. */
export function readOff(plot, values) {
  const paths = plot.marks.filter((mark) => mark.kind === "path");
  const known = Object.assign({}, values, ...paths.map((mark) => follow(plot, mark, values).at(-1)));
  return plot.readings.map(({ value, digits }) => writeNumber(evaluate(value, known, plot.rows), digits));
}

export function writeNumber(value, digits) {
  if (Number.isNaN(value)) return "not a number";
  if (Math.abs(value) > LARGEST) return value > 0 ? "beyond all bounds" : "below all bounds";
  const written = value.toFixed(digits);
  return Number(written) ? written.replace("-", "−") : written.replace("-", "");
}

function listCurve(plot, mark, values) {
  const { least, most } = plot.x;
  return Array.from({ length: SAMPLES }, (_, at) => {
    const x = least + ((most - least) * at) / (SAMPLES - 1);
    return point(plot, x, evaluate(mark.y, { ...values, x }, plot.rows));
  });
}

function follow(plot, mark, values) {
  const compute = (trees, known) => Object.fromEntries(Object.entries(trees).map(([name, tree]) => [name, evaluate(tree, known, plot.rows)]));
  const states = [{ ...values, ...compute(mark.start, values) }];
  for (let step = 0; step < mark.steps; step++) states.push({ ...values, ...compute(mark.next, states.at(-1)) });
  return states;
}

function place(plot, { x, y }, values) {
  return point(plot, evaluate(x, values, plot.rows), evaluate(y, values, plot.rows));
}

function point(plot, x, y) {
  if (Number.isNaN(x) || Number.isNaN(y)) return null;
  return [scale(x, plot.x, LEFT, RIGHT), scale(y, plot.y, BOTTOM, TOP)];
}

function scale(value, { least, most }, low, high) {
  const pixels = low + ((high - low) * (value - least)) / (most - least);
  return Math.round(10 * Math.max(-FAR, Math.min(FAR, pixels))) / 10;
}

function split(places) {
  const stretches = [[]];
  for (const each of places) {
    if (each) stretches.at(-1).push(each);
    else if (stretches.at(-1).length) stretches.push([]);
  }
  return stretches.filter((stretch) => stretch.length);
}

function join(stretches) {
  return stretches.map((stretch) => `M${stretch.map((each) => each.join(" ")).join("L")}`).join("");
}

function dot(places) {
  return places.map((each) => `M${each.join(" ")}h0`).join("");
}

/* The frame of a sketch: which step and value each place in it means. */
import { formatNumber } from "../numbers.js";
import { draw } from "./making.js";

const WIDTH = 400;
const HEIGHT = 160;

export function makeFrame({ steps: [first, last], values: [least, most], log }) {
  const [low, high] = log ? [Math.log(least), Math.log(most)] : [least, most];
  const clamp = (value) => Math.min(most, Math.max(least, value));
  const label = (x, y, text, end) => draw("text", { x, y, ...(end ? { "text-anchor": "end" } : {}) }, [text]);
  const rise = (value) => ((log ? Math.log(clamp(value)) : clamp(value)) - low) / (high - low);
  const tick = (value) => {
    const y = round(HEIGHT * (1 - rise(value)));
    return [draw("path", { class: "sketch-grid", d: `M0 ${y}H${WIDTH}` }), label(-6, y + 4, formatNumber(value), true)];
  };
  return {
    width: WIDTH,
    height: HEIGHT,

    /** Whole steps, evenly from the first to the last. */
    spread: (count) => [...new Set(Array.from({ length: count }, (_, place) => Math.round(first + ((last - first) * place) / (count - 1))))],

    /** The value at this height, 0 being the bottom and 1 the top; to the digits that a hand means. */
    value(height) {
      const exact = low + (high - low) * height;
      return clamp(Number((log ? Math.exp(exact) : exact).toPrecision(3)));
    },

    /** The height of a value, the other way round. */
    rise,

    spot: (step, height) => [round((WIDTH * (step - first)) / (last - first)), round(HEIGHT * (1 - height))],

    /** Where a pointer is: its place among `count` points, with fractions, and its height. */
    locate(svg, event, count) {
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const share = Math.min(1, Math.max(0, x / WIDTH));
      return { place: share * (count - 1), height: Math.min(1, Math.max(0, 1 - y / HEIGHT)) };
    },

    labels: () => [...listTicks(least, most, log).flatMap(tick), label(0, HEIGHT + 20, `step ${first}`), label(WIDTH, HEIGHT + 20, String(last), true)],
  };
}

/** Round values from `least` to `most`: powers of ten, or quarters. */
function listTicks(least, most, log) {
  if (!log) return [0, 1, 2, 3, 4].map((quarter) => least + ((most - least) * quarter) / 4);
  const [from, to] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
  const stride = Math.ceil((to - from + 1) / 7);
  return Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_, place) => 10 ** (from + place * stride));
}

function round(number) {
  return Math.round(number * 10) / 10;
}

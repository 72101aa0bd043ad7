/* The frame of a sketch: which step and value each place in it means. */
import { formatNumber } from "../numbers.js";
import { draw } from "./making.js";

const WIDTH = 400;
const HEIGHT = 160;

export function makeFrame({ steps: [first, last], values: [least, most], log }) {
  const [low, high] = log ? [Math.log(least), Math.log(most)] : [least, most];
  const clamp = (value) => Math.min(most, Math.max(least, value));
  const label = (x, y, text, end) => draw("text", { x, y, ...(end ? { "text-anchor": "end" } : {}) }, [text]);
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

    rise(value) {
      return ((log ? Math.log(clamp(value)) : clamp(value)) - low) / (high - low);
    },

    spot: (step, height) => [round((WIDTH * (step - first)) / (last - first)), round(HEIGHT * (1 - height))],

    /** Where a pointer is: its place among `count` points, with fractions, and its height. */
    locate(svg, event, count) {
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const share = Math.min(1, Math.max(0, x / WIDTH));
      return { place: share * (count - 1), height: Math.min(1, Math.max(0, 1 - y / HEIGHT)) };
    },

    labels: () => [label(-6, 10, formatNumber(most), true), label(-6, HEIGHT, formatNumber(least), true), label(0, HEIGHT + 20, `step ${first}`), label(WIDTH, HEIGHT + 20, String(last), true)],
  };
}

function round(number) {
  return Math.round(number * 10) / 10;
}

/* What is drawn: a node, or a folded block, with its words. */
import { shareName } from "./model.js";
import { count, name, size } from "./words.js";

const LONGEST = 30;

/** The items of a view (`unfold`) with words, lines and the places of their sources in the view; `edges` are [from, to]. */
export function describe(nodes, view) {
  const owner = new Array(nodes.length);
  view.forEach(({ from, to }, item) => owner.fill(item, from, to));
  const edges = [];
  const items = view.map((each, index) => {
    const inside = nodes.slice(each.from, each.to);
    const sources = [...new Set(inside.flatMap((node) => node.sources.map((at) => owner[at])))].filter((at) => at !== index);
    edges.push(...sources.map((at) => [at, index]));
    const lines = [...new Set(inside.map(({ line }) => line).filter((line) => line != null))].sort((one, other) => one - other);
    return { ...each, index, sources, lines, ...(each.fold ? tellFold(each.fold, inside) : tellNode(inside[0], each.to === nodes.length)) };
  });
  return { items, edges };
}

function tellNode({ op, label, shape }, isLoss) {
  const sizes = size(shape);
  if (op === "AccumulateGrad") return { kind: "parameter", title: shorten(label || "parameter"), full: label || "parameter", detail: sizes, words: `${label || "A parameter"}, parameter${sizes && `, ${sizes}`}` };
  const words = name(op);
  if (isLoss) return { kind: "loss", title: shorten(`loss: ${words}`), full: `loss: ${words}`, detail: sizes, words: `The loss: ${words}${sizes && `, ${sizes}`}` };
  return { kind: "operation", title: shorten(words), full: words, detail: sizes, words: `${words}${sizes && `, makes ${sizes}`}` };
}

function tellFold({ times, period }, inside) {
  const each = count(Math.round(inside.filter(({ op }) => op !== "AccumulateGrad").length / times), "operation", "operations");
  const full = shareName(inside).join(".") || (period === 1 ? name(inside[0].op) : "block");
  const detail = period === 1 ? "" : times === 1 ? each : `${each} each`;
  const repeated = times > 1 ? ` × ${times.toLocaleString("en")}` : "";
  return { kind: "fold", title: shorten(full) + repeated, full: full + repeated, detail, words: `${full}${times > 1 ? `, ${times.toLocaleString("en")} times the same` : ""}${detail && `, ${detail}`}, folded` };
}

/** The end of a dotted name tells more than its beginning. */
function shorten(text) {
  if (text.length <= LONGEST) return text;
  return text.includes(".") ? `…${text.slice(1 - LONGEST)}` : `${text.slice(0, LONGEST - 1)}…`;
}

/** "line 3", "lines 3 and 5", "lines 3 to 9". */
export function tellLines(lines) {
  if (!lines.length) return "";
  if (lines.length === 1) return `line ${lines[0]}`;
  return lines.length === 2 ? `lines ${lines[0]} and ${lines[1]}` : `lines ${lines[0]} to ${lines.at(-1)}`;
}

/* Repeated blocks: twelve equal layers are shown as one block "× 12" until somebody looks inside. */
import { shareName } from "./model.js";

const SMALL = 30; // a graph of so many nodes is read as it is
const TIMES = 3;
const SAVED = 6;
const UNEVEN = 12; // a shorter stretch beside a repetition is left as it is
const MANY = 24; // a fold of more blocks opens into groups of blocks first

/** The folds of a graph: stretches of its nodes that repeat themselves, none overlapping another. A fold is
    `{key, from, to, times, parts}`; its parts are folds too, down to one block, which has no parts. */
export function findFolds(nodes) {
  if (nodes.length <= SMALL) return [];
  const signs = sign(nodes);
  const found = [];
  const waiting = [[0, nodes.length]];
  while (waiting.length) {
    const [from, to] = waiting.pop();
    const repeat = findRepeat(signs, from, to);
    if (!repeat) continue;
    const { start, period, times } = align(repeat, nodes);
    found.push(fold(start, period, times));
    waiting.push([from, start], [start + period * times, to]);
  }
  found.sort((one, other) => one.from - other.from);
  return found.flatMap((each, index) => [before(each, found[index - 1]?.to ?? 0, nodes), each, after(each, found[index + 1]?.from ?? nodes.length)].filter(Boolean));
}

/* The first layer of many often differs a little, since nobody asks for the gradient of its input: it is folded as well. */
function before({ from, to, period }, least, nodes) {
  let start = Math.max(least, from - period);
  while (start < from && !nodes.slice(start, to).some(({ sources }) => sources.includes(start))) start += 1; // used farther on only
  const length = from - start;
  return length > UNEVEN && length > period / 2 ? fold(start, length, 1) : null;
}

function after({ to, period }, most) {
  const length = Math.min(most - to, period);
  return length > UNEVEN && length > period / 2 ? fold(to, length, 1) : null;
}

/** What is to be seen while these folds (by key) are open: `{key, from, to, fold?}` in the order of the nodes. */
export function unfold(length, folds, open) {
  const items = [];
  for (let at = 0, next = 0; at < length; ) {
    const fold = folds[next];
    if (fold && fold.from === at) {
      items.push(...show(fold, open));
      at = fold.to;
      next += 1;
    } else items.push(single(at++));
  }
  return items;
}

function show(fold, open) {
  if (fold.isNode) return [single(fold.from)];
  if (!open.has(fold.key)) return [{ key: fold.key, from: fold.from, to: fold.to, fold }];
  if (fold.parts) return fold.parts.flatMap((part) => show(part, open));
  return Array.from({ length: fold.to - fold.from }, (_, index) => single(fold.from + index));
}

const single = (at) => ({ key: `${at}`, from: at, to: at + 1 });

/** Equal numbers for nodes that look alike: the same operation, the same shape, and names that differ in numbers only. */
function sign(nodes) {
  const known = new Map();
  return nodes.map(({ op, label, shape, sources }) => {
    const look = JSON.stringify([op, label.replace(/\d+/g, "#"), shape, sources.length]);
    if (!known.has(look)) known.set(look, known.size);
    return known.get(look);
  });
}

/** The repetition within a stretch that hides most nodes. */
function findRepeat(signs, from, to) {
  let best = null;
  for (let period = 1; period * TIMES <= to - from; period += 1) {
    for (let at = from, run = 0; at <= to - period; at += 1) {
      if (at < to - period && signs[at] === signs[at + period]) {
        run += 1;
        continue;
      }
      const times = Math.floor(run / period) + 1;
      const saved = (times - 1) * period;
      if (times >= TIMES && saved >= SAVED && saved > (best?.saved ?? 0)) best = { start: at - run, period, times, slack: run % period, saved };
      run = 0;
    }
  }
  return best;
}

/** A repetition can often be cut at several places: best where a block is one module, then where fewest edges are cut. */
function align({ start, period, times, slack }, nodes) {
  let best = { start, cuts: Infinity, depth: -1 };
  for (let shift = 0; shift <= slack; shift += 1) {
    const from = start + shift;
    const to = from + period;
    const cuts = new Set();
    for (let at = from; at < Math.min(to + period, nodes.length); at += 1) {
      for (const source of nodes[at].sources) if (at < to ? source < from : source < to && source >= from) cuts.add(at < to ? `<${source}` : source);
    }
    const depth = shareName(nodes.slice(from, to)).length;
    if (depth > best.depth || (depth === best.depth && cuts.size < best.cuts)) best = { start: from, cuts: cuts.size, depth };
  }
  return { start: best.start, period, times };
}

function fold(from, period, times) {
  const to = from + period * times;
  return { key: `${from}-${to}`, from, to, times, period, parts: times === 1 ? null : divide(from, period, times) };
}

function divide(from, period, times) {
  const group = times > MANY ? Math.ceil(times / Math.ceil(Math.sqrt(times))) : 1;
  if (group === 1 && period === 1) return Array.from({ length: times }, (_, index) => leaf(from + index));
  const parts = [];
  for (let at = 0; at < times; at += group) parts.push(fold(from + at * period, period, Math.min(group, times - at)));
  return parts;
}

/** A block of a single node is that node. */
const leaf = (at) => ({ ...single(at), times: 1, period: 1, parts: null, isNode: true });

/* Passages of a chapter: from a selection to words that find it again, and from those words to where they stand now.

   A section is read as text in which each run of blanks is one, without what no reader would quote: forms, buttons, computed
   numbers. Offsets count the characters of that text. */
const LEFT_OUT = "form, button, svg, script, style, .tools, .discuss-line, h2 b, h3 b, figcaption b, .katex-mathml, .stamp";
const CONTEXT = 40;
export const LONGEST = 1000;

/** The text of a section, and for each of its characters the node and the place in it. */
function readSection(section) {
  const walker = document.createTreeWalker(section, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
    return node.matches(LEFT_OUT) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
  });
  const read = { section, text: "", nodes: [], places: [] };
  while (walker.nextNode()) addNode(read, walker.currentNode);
  return read;
}

function addNode(read, node) {
  for (let place = 0; place < node.data.length; place++) {
    const blank = /\s/.test(node.data[place]);
    if (blank && (read.text === "" || read.text.endsWith(" "))) continue;
    read.text += blank ? " " : node.data[place];
    read.nodes.push(node);
    read.places.push(place);
  }
}

/** What finds the selected passage again, or null where nothing of a section is selected. */
export function describeRange(range) {
  const section = [...document.querySelectorAll(".chapter-text .section")].find((each) => range.intersectsNode(each));
  if (!section || range.collapsed) return null;
  const { text, nodes, places } = readSection(section);
  const inside = nodes.map((node, at) => isInside(range, node, places[at]));
  let [start, end] = [inside.indexOf(true), inside.lastIndexOf(true) + 1];
  while (start < end && text[start] === " ") start++;
  while (end > start && text[end - 1] === " ") end--;
  if (start < 0 || start >= end) return null;
  return { section: section.id, ...describeSlice(text, start, end) };
}

function isInside(range, node, place) {
  if (!range.intersectsNode(node)) return false;
  if (node === range.startContainer && place < range.startOffset) return false;
  return !(node === range.endContainer && place >= range.endOffset);
}

function describeSlice(text, start, end) {
  const [prefix, suffix] = [text.slice(Math.max(0, start - CONTEXT), start), text.slice(end, end + CONTEXT)];
  return { quote: text.slice(start, end), prefix: prefix.toWellFormed(), suffix: suffix.toWellFormed(), start, end };
}

/** Where each note's words stand now, as ranges by note id; words that have left the chapter are in none. */
export function findAll(notes) {
  const sections = new Map([...document.querySelectorAll(".chapter-text .section")].map((each) => [each.id, null]));
  const read = (key) => sections.get(key) ?? sections.set(key, readSection(document.getElementById(key))).get(key);
  const found = new Map();
  for (const note of notes) {
    const range = note.quote && find(note, [...sections.keys()], read);
    if (range) found.set(note.id, range);
  }
  return found;
}

/** First in its own section, then in the others: an editor may have moved the paragraph. */
function find(note, keys, read) {
  for (const key of [note.section, ...keys.filter((each) => each !== note.section)]) {
    if (!keys.includes(key)) continue;
    const start = locate(read(key).text, note);
    if (start !== null) return makeRange(read(key), start, start + note.quote.length);
  }
  return null;
}

/** Among equal quotes the one with the most of its surroundings, then the one nearest to where it stood. */
function locate(text, { quote, prefix, suffix, start }) {
  let best = null;
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) {
    const before = countEqual([...prefix].reverse(), [...text.slice(Math.max(0, at - prefix.length), at)].reverse());
    const likeness = before + countEqual([...suffix], [...text.slice(at + quote.length, at + quote.length + suffix.length)]);
    const rank = [likeness, -Math.abs(at - start)];
    if (!best || rank[0] > best.rank[0] || (rank[0] === best.rank[0] && rank[1] > best.rank[1])) best = { at, rank };
  }
  return best && best.at;
}

function countEqual(one, other) {
  const different = one.findIndex((each, at) => each !== other[at]);
  return different < 0 ? one.length : different;
}

function makeRange({ nodes, places }, start, end) {
  const range = document.createRange();
  range.setStart(nodes[start], places[start]);
  range.setEnd(nodes[end - 1], places[end - 1] + 1);
  return range;
}

/** An address that leads to these words where the browser knows how, and to their section everywhere. */
export function linkTo({ section, quote, prefix, suffix }) {
  const escape = (text) => encodeURIComponent(text).replaceAll("-", "%2D");
  const words = quote.split(" ");
  const what = words.length > 12 ? `${escape(words.slice(0, 5).join(" "))},${escape(words.slice(-5).join(" "))}` : escape(quote);
  const before = prefix.trim() ? `${escape(prefix.trim().split(" ").slice(-3).join(" "))}-,` : "";
  const after = suffix.trim() ? `,-${escape(suffix.trim().split(" ").slice(0, 3).join(" "))}` : "";
  const exact = words.length > 12 ? what : before + what + after;
  return `${location.origin}${location.pathname}#${section}:~:text=${exact}`;
}

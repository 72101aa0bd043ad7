/* The looks that a program can ask a terminal for. A colour keeps its hue; how light it may be is the theme's to say, so
   that all 256, and any other, can be read on paper and in the dark. */
export const PLAIN = {};

const known = new Map();
const turns = new WeakMap([[PLAIN, new Map()]]);
const sheet = new CSSStyleSheet(); // what a strict policy leaves to scripts
document.adoptedStyleSheets.push(sheet);
const MOST = 2000; // looks: who paints pictures in the console gets these colours, and then none
const BASE = ["000", "cd3131", "0dbc79", "b8a800", "2472c8", "bc3fbc", "11a8cd", "ddd", "666", "f14c4c", "23d18b", "e5d510", "3b8eea", "d670d6", "29b8db", "fff"];
const LEVELS = [0, 95, 135, 175, 215, 255];
const SWITCHES = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" };
const OFF = { 22: ["bold", "dim"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["strike"], 39: ["ink"], 49: ["ground"] };

/** The look after `ESC[…m` with these parameters. Equal looks are one object. */
export function restyle(style, parameters) {
  const after = turns.get(style);
  if (!after.has(parameters)) after.set(parameters, turn(style, parameters));
  return after.get(parameters);
}

function turn(style, parameters) {
  const next = { ...style };
  const codes = parameters.split(/[;:]/).map(Number);
  while (codes.length) apply(next, codes);
  const key = JSON.stringify(Object.entries(next).sort());
  if (!known.has(key) && known.size < MOST) known.set(key, key === "[]" ? PLAIN : design(next));
  return known.get(key) ?? PLAIN;
}

function apply(style, codes) {
  const code = codes.shift();
  if (code === 0) for (const name of Object.keys(style)) delete style[name];
  else if (SWITCHES[code]) style[SWITCHES[code]] = true;
  else if (OFF[code]) for (const name of OFF[code]) delete style[name];
  else if (code === 38 || code === 48) paint(style, code === 38 ? "ink" : "ground", pick(codes));
  else if (code >= 30 && code <= 37) style.ink = `#${BASE[code - 30]}`;
  else if (code >= 40 && code <= 47) style.ground = `#${BASE[code - 40]}`;
  else if (code >= 90 && code <= 97) style.ink = `#${BASE[code - 82]}`;
  else if (code >= 100 && code <= 107) style.ground = `#${BASE[code - 92]}`;
}

function paint(style, where, colour) {
  if (colour) style[where] = colour;
}

/** The colour that the parameters behind 38 or 48 name: `5;n` of the 256, or `2;red;green;blue`. Takes them away. */
function pick(codes) {
  const way = codes.shift();
  if (way === 5) return name(codes.shift());
  const channels = way === 2 ? codes.splice(0, 3) : [];
  return channels.length === 3 ? mix(channels) : null;
}

function name(index) {
  if (!(index >= 0 && index <= 255)) return null;
  if (index < 16) return `#${BASE[index]}`;
  if (index > 231) return mix(Array(3).fill(8 + 10 * (index - 232)));
  const place = index - 16;
  return mix([Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((level) => LEVELS[level]));
}

function mix(channels) {
  return `rgb(${channels.map((each) => Math.min(255, each || 0)).join(" ")})`;
}

/** Gives a look its class, and the class its colours: a program may use one look a million times. */
function design(style) {
  const { ink, ground, inverse, ...switches } = style;
  const classes = Object.keys(switches).map((each) => `ansi-${each}`);
  if (inverse && !ink && !ground) classes.push("ansi-inverse");
  const [front, back] = inverse ? [ground, ink] : [ink, ground];
  const rules = [];
  if (front) rules.push(`color: ${back ? fit(front, [0.2, 0.38], [0.84, 0.97]) : fit(front, [0.22, 0.5], [0.72, 0.96])}`);
  if (back) rules.push(`background-color: ${fit(back, [0.86, 0.95], [0.2, 0.34])}`);
  if (rules.length) {
    classes.push(`ansi-look-${known.size}`);
    sheet.insertRule(`.${classes.at(-1)} { ${rules.join("; ")} }`);
  }
  const designed = Object.defineProperty(style, "className", { value: classes.join(" ") });
  turns.set(designed, new Map());
  return designed;
}

function fit(colour, light, dark) {
  const within = ([least, most]) => `oklch(from ${colour} clamp(${least}, l, ${most}) min(c, 0.14) h)`;
  return `light-dark(${within(light)}, ${within(dark)})`;
}

/* What every bundle has in common, the site's and those that tests make of single modules. */
import { readFile } from "node:fs/promises";

export const shared = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  target: ["chrome123", "firefox120", "safari17.5"], // the first with light-dark() and @property
  legalComments: "none",
};

/* Styles that only a script needs come with it, as text for a sheet that it makes. */
export const styles = { ".css": "text" };

/* What uPlot can do and is never asked for here: a fifth of its weight. It hangs some of it on its constructor and asks for
   the rest at run time, so no bundler can see that it is not used. Its version is pinned; should a new one look different,
   the build says so. */
const UNUSED = [
  ["joins, dates and further kinds of lines", /^uPlot\.assign = [^]*(?=^export )/m, ""],
  ["charts of separate points", /\bmode == ([12])\b/g, (_, mode) => `${mode === "1"}`],
  ["its own legend", /\bshowLegend(?= (?:&&|\?))|(?<=\()showLegend(?=\))/g, "false"],
  ["times on an axis", /\bisTime\b(?! =)/g, "false"],
  ["… and how they are written", /^\tconst _(tzDate|fmtDate|timeAxisSplits|timeAxisVals|timeSeriesVal)\b.*$/gm, "\tconst _$1 = null;"],
  ["… and where they stand", /^const \[ (timeIncrs\w+),.*$/gm, "const $1 = null;"],
  ["areas between lines", /flags != 0 && bands\.forEach/, "false && bands.forEach"],
  ["lines that come and go", /^\tself\.(addSeries|delSeries|setSeries|addBand|setBand|delBand|setLegend) = .*$/gm, ""],
  ["scales that bend around nought", /\b(sc\.|_?)distr == 4\b/g, "false"],
  ["pictures that move together", /const syncKey = .*/, "const syncKey = null;"],
  ["the line nearest to the pointer", /const cursorFocus = .*/, "const cursorFocus = false;"],
];

export const trimChart = {
  name: "trim-chart",
  setup(build) {
    build.onLoad({ filter: /uPlot\.esm\.js$/ }, async ({ path }) => ({ contents: UNUSED.reduce(leaveOut, await readFile(path, "utf8")) }));
  },
};

function leaveOut(source, [what, pattern, instead]) {
  const rest = source.replace(pattern, instead);
  if (rest === source) throw new Error(`uPlot has changed: look at how ${what} are left out of it`);
  return rest;
}

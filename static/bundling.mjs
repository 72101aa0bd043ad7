/* What every bundle has in common, the site's and those that tests make of single modules. */
import { readFile } from "node:fs/promises";

export const shared = {
  absWorkingDir: import.meta.dirname,
  bundle: true,
  target: ["chrome123", "firefox120", "safari17.5"], // the first with light-dark() and @property
  legalComments: "none",
};

/* uPlot hangs joins, dates and four more kinds of lines on its constructor, where no bundler can see that nothing here asks
   for them: a tenth of its weight. Its version is pinned; should a new one look different, the build says so. */
const STATICS = /^uPlot\.assign = [^]*(?=^export )/m;

export const trimChart = {
  name: "trim-chart",
  setup(build) {
    build.onLoad({ filter: /uPlot\.esm\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      if (!STATICS.test(source)) throw new Error("uPlot has changed: look at what is cut from it");
      return { contents: source.replace(STATICS, "") };
    });
  },
};

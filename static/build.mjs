/* Bundles static/css and static/js into static/build/. Entries keep their names (Django's manifest storage hashes them);
   parts that are loaded later get their hash here, in build/chunks/. */
import { cp, rm } from "node:fs/promises";
import { context } from "esbuild";
import { shared, styles, trimChart } from "./bundling.mjs";

const watch = process.argv.includes("--watch");
const site = { ...shared, minify: !watch, sourcemap: watch ? "inline" : false, outdir: "build", logLevel: "info" };

const builds = [
  // Modules with lazy parts.
  { entryPoints: { site: "js/site.js" }, format: "esm", splitting: true, chunkNames: "chunks/[name]-[hash]", loader: styles, plugins: [trimChart] },
  // The desk of those who write, by itself: parts shared with the lab would hold for every student what only editors use.
  { entryPoints: { editing: "js/editing/editing.js" }, format: "esm", splitting: true, chunkNames: "chunks/[name]-[hash]", loader: styles },
  // Pages of editing that need no more of a script.
  { entryPoints: { times: "js/times.js" }, format: "esm" },
  // Blocks the first paint, so it stands alone and is tiny.
  { entryPoints: { theme: "js/theme.js" }, format: "iife" },
  { entryPoints: { site: "css/site.css", reading: "css/later/reading.css", print: "css/later/print.css" }, loader: { ".woff2": "file" }, assetNames: "fonts/[name]" },
  // For courses that are taken along: a page in a file loads no module.
  { entryPoints: { offline: "js/offline/offline.js", sliders: "js/chapter/plot.js" }, format: "iife" },
  { entryPoints: { offline: "css/offline.css", book: "css/book.css" } },
  // What is needed to search, and by nobody else: its page names it, the palette fetches it.
  { entryPoints: { search: "css/search.css" } },
  // The page of a thread, and those about its posts.
  { entryPoints: { thread: "css/thread.css" } },
  // Lists of threads, cards of runs: with the discussion, which comes after the chapter.
  { entryPoints: { talks: "css/talks.css" } },
  { entryPoints: { notices: "css/notices.css" } },
  // Who reads needs nothing of how it was written.
  { entryPoints: { editing: "css/editing.css" } },
  // Moderators' pages are theirs alone.
  { entryPoints: { moderation: "css/moderation.css" } },
];

await rm(new URL("build", import.meta.url), { recursive: true, force: true });
await cp(new URL("images", import.meta.url), new URL("build/images", import.meta.url), { recursive: true });
// Not for browsers: chapters are typeset with it when they are published.
await cp(new URL("../node_modules/katex/dist/katex.min.js", import.meta.url), new URL("build/katex.js", import.meta.url));
const contexts = await Promise.all(builds.map((build) => context({ ...site, ...build })));
await Promise.all(contexts.map((each) => (watch ? each.watch() : each.rebuild())));
if (!watch) await Promise.all(contexts.map((each) => each.dispose()));

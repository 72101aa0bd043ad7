/* `node tests/lab/bundle.mjs FOLDER`: bundles the script given on stdin, which imports from static/js, and the site's styles. */
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { shared, styles, trimChart } from "../../static/bundling.mjs";

const [, , outdir] = process.argv;
const script = { contents: await text(process.stdin), resolveDir: new URL("../../static/js", import.meta.url).pathname, sourcefile: "page.js" };
await Promise.all([
  build({ ...shared, outdir, stdin: script, format: "esm", splitting: true, minify: true, entryNames: "page", chunkNames: "[name]-[hash]", loader: styles, plugins: [trimChart] }),
  build({ ...shared, outdir, entryPoints: { site: "css/site.css" }, loader: { ".woff2": "file" }, assetNames: "[name]" }),
]);

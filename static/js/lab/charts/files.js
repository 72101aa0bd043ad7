/* The chart as files: what is seen as a picture, all that is kept as numbers. */
const MARGIN = 14;
const HEAD = 34;

/** Saves the picture with its legend, in the colours of now. */
export function savePicture({ plot, palette, shown, group }) {
  const source = plot.canvas;
  const dot = devicePixelRatio;
  const canvas = Object.assign(document.createElement("canvas"), { width: source.width + 2 * MARGIN * dot, height: source.height + (HEAD + 2 * MARGIN) * dot });
  const pen = canvas.getContext("2d");
  pen.fillStyle = palette.paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(source, MARGIN * dot, (HEAD + MARGIN) * dot);
  pen.scale(dot, dot);
  drawHead(pen, shown, palette, getComputedStyle(plot.element).fontFamily);
  canvas.toBlob((blob) => save(blob, `${nameFile(group.title)}.png`));
}

function drawHead(pen, shown, palette, family) {
  pen.font = `14px ${family}`;
  pen.textBaseline = "middle";
  pen.lineWidth = 2.5;
  let left = MARGIN;
  for (const { label, look } of shown) {
    pen.strokeStyle = look.colour;
    pen.setLineDash(look.dash);
    pen.beginPath();
    pen.moveTo(left, MARGIN + HEAD / 2);
    pen.lineTo(left + 28, MARGIN + HEAD / 2);
    pen.stroke();
    pen.fillStyle = palette.ink;
    pen.fillText(label, left + 34, MARGIN + HEAD / 2);
    left += 34 + pen.measureText(label).width + 22;
  }
}

/** Saves every point of every metric, of this run and of those laid over it: `run,metric,step,value`. */
export function saveNumbers({ metrics, overlays }) {
  const runs = [["this run", [...metrics.values()]], ...overlays];
  const lines = ["run,metric,step,value"];
  for (const [run, all] of runs) for (const series of all) write(lines, `${quote(run)},${quote(series.name)}`, series);
  save(new Blob([`${lines.join("\n")}\n`], { type: "text/csv" }), "metrics.csv");
}

function write(lines, begin, { steps, values }) {
  for (let n = 0; n < steps.length; n += 1) lines.push(`${begin},${steps[n]},${values[n]}`);
}

/** A name as a CSV cell; one that a spreadsheet would take for a formula is held down by an apostrophe. */
function quote(text) {
  const tame = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\n']/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

function nameFile(title) {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "chart";
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

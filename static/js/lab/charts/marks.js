/* What is drawn over the curves: where values were no numbers, and what a diagnosis rests on. Shapes tell them, colours help. */

const SIGNS = [["NaN", Number.isNaN], ["∞", (value) => value > 0], ["−∞", () => true]];

export function draw(plot, { holes, evidence, palette }) {
  drawHoles(plot, holes, palette);
  drawEvidence(plot, evidence, palette);
}

/** A band over the steps whose values were no numbers, each with its sign where there is room. */
function drawHoles(plot, holes, palette) {
  const { ctx, bbox } = plot;
  const dot = devicePixelRatio;
  ctx.save();
  clip(ctx, bbox);
  ctx.font = `bold ${11 * dot}px sans-serif`;
  let free = -Infinity;
  for (const { from, to, value } of within(plot, holes)) {
    const [left, right] = [plot.valToPos(from, "x", true), plot.valToPos(to, "x", true)];
    ctx.fillStyle = palette.bad;
    ctx.globalAlpha = 0.16;
    ctx.fillRect(left - dot, bbox.top, Math.max(2 * dot, right - left + 2 * dot), bbox.height);
    ctx.globalAlpha = 1;
    if (left < free) continue;
    free = drawSign(ctx, Math.max(left, bbox.left), bbox, palette, SIGNS.find(([, fits]) => fits(value))[0], dot);
  }
  ctx.restore();
}

/** A line where the hole begins, its sign beside it; answers where the next one has room. */
function drawSign(ctx, left, { left: start, top, width, height }, palette, sign, dot) {
  const room = ctx.measureText(sign).width;
  const isLast = left + room + 8 * dot > start + width;
  ctx.strokeStyle = ctx.fillStyle = palette.bad;
  ctx.lineWidth = dot;
  ctx.setLineDash([3 * dot, 3 * dot]);
  const sharp = Math.round(left) + dot / 2;
  line(ctx, sharp, top, sharp, top + height);
  ctx.textBaseline = "top";
  ctx.textAlign = isLast ? "right" : "left";
  ctx.fillText(sign, left + (isLast ? -4 : 4) * dot, top + 2 * dot);
  return left + room + 12 * dot;
}

/** Diamonds on the points, and a line at the step at which the diagnosis was made. */
function drawEvidence(plot, evidence, palette) {
  const { ctx, bbox } = plot;
  const dot = devicePixelRatio;
  ctx.save();
  clip(ctx, bbox);
  ctx.lineWidth = 1.5 * dot;
  for (const { step, points, scale } of evidence) {
    ctx.strokeStyle = palette.bad;
    ctx.fillStyle = palette.paper;
    ctx.setLineDash([6 * dot, 3 * dot]);
    const at = plot.valToPos(step, "x", true);
    line(ctx, at, bbox.top, at, bbox.top + bbox.height);
    ctx.setLineDash([]);
    for (const [x, y] of points) if (Number.isFinite(y)) diamond(ctx, plot.valToPos(x, "x", true), plot.valToPos(y, scale, true), 4.5 * dot);
  }
  ctx.restore();
}

function diamond(ctx, x, y, size) {
  ctx.beginPath();
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, y);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
}

function line(ctx, ...ends) {
  ctx.beginPath();
  ctx.moveTo(...ends.slice(0, 2));
  ctx.lineTo(...ends.slice(2));
  ctx.stroke();
}

function clip(ctx, { left, top, width, height }) {
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
}

/** The holes in view; of those that fall on one pixel, one. */
function within(plot, holes) {
  const { min, max } = plot.scales.x;
  let last = -Infinity;
  return holes.filter(({ from, to }) => {
    if (to < min || from > max) return false;
    const right = Math.round(plot.valToPos(to, "x"));
    const isNew = right > last;
    last = Math.max(last, right);
    return isNew;
  });
}

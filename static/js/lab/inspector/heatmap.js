/* Numbers as colours around zero, each to be read by pointer and by arrow keys. */
import { contrasting, css, readTheme } from "./colours.js";
import { tell } from "./parts.js";

const LARGEST = 52;
const SMALLEST = 3;
const WITH_NUMBERS = 44; // a cell so wide holds its number
const MOST_NUMBERS = 150;
const WAYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class HeatMap {
  constructor(element) {
    this.element = element;
    this.scroll = Object.assign(document.createElement("div"), { className: "heat-scroll" });
    this.canvas = this.scroll.appendChild(document.createElement("canvas"));
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-roledescription", "heat map");
    this.legend = Object.assign(document.createElement("p"), { className: "heat-legend" });
    this.scale = document.createElement("canvas");
    this.scale.setAttribute("aria-hidden", "true");
    this.reading = Object.assign(document.createElement("p"), { className: "heat-reading" });
    this.reading.setAttribute("aria-live", "polite");
    element.append(this.scroll, this.legend, this.reading);
    this.listen();
  }

  listen() {
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.read(document.activeElement === this.canvas ? this.cursor : null));
    this.canvas.addEventListener("focus", () => this.read((this.cursor ??= [0, 0])));
    this.canvas.addEventListener("blur", () => this.read(null));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("themechange", () => this.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.element.clientWidth !== this.width && this.draw()).observe(this.element);
  }

  /** Shows `values` as `picture` (`cut`) lays them out; `name` says what they are. */
  show({ name, values, picture }) {
    Object.assign(this, { name, values, picture, marked: null });
    if (this.cursor && (this.cursor[0] >= picture.rows || this.cursor[1] >= picture.columns)) this.cursor = null;
    const finite = values.filter(Number.isFinite);
    this.most = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.canvas.setAttribute("aria-label", `${name}: ${picture.rows} × ${picture.columns} values. Arrow keys read them one by one.`);
    this.draw();
  }

  draw() {
    if (!this.picture || !this.element.clientWidth) return;
    const { rows, columns } = this.picture;
    this.width = this.element.clientWidth;
    this.cell = Math.max(SMALLEST, Math.min(LARGEST, Math.floor((this.width - 8) / columns), rows > 16 ? Math.floor(320 / rows) : LARGEST));
    this.theme = readTheme(this.element);
    const pen = prepare(this.canvas, columns * this.cell, rows * this.cell);
    for (let row = 0; row < rows; row += 1) for (let column = 0; column < columns; column += 1) this.drawCell(pen, row, column);
    this.drawLegend();
    this.read(document.activeElement === this.canvas ? this.cursor : null);
  }

  drawCell(pen, row, column) {
    const { cell, theme } = this;
    const place = this.picture.find(row, column);
    const [x, y] = [column * cell, row * cell];
    const room = cell > 5 ? cell - 1 : cell;
    if (place < 0) return pen.clearRect(x, y, cell, cell);
    const value = this.values[place];
    const colour = Number.isFinite(value) ? theme.shade(this.most ? value / this.most : 0) : theme.none;
    pen.fillStyle = css(colour);
    pen.fillRect(x, y, room, room);
    if (!Number.isFinite(value)) cross(pen, x, y, room, css(theme.bad));
    if (cell < WITH_NUMBERS || this.values.length > MOST_NUMBERS) return undefined;
    pen.fillStyle = css(contrasting(colour, theme.ink, theme.none));
    pen.fillText(Number.isFinite(value) ? formatShort(value) : tell(value), x + cell / 2, y + cell / 2);
    return undefined;
  }

  drawLegend() {
    const pen = prepare(this.scale, 120, 10);
    for (let x = 0; x < 120; x += 1) {
      pen.fillStyle = css(this.theme.shade((x - 60) / 60));
      pen.fillRect(x, 0, 1, 10);
    }
    const most = tell(this.most);
    const broken = this.values.some((value) => !Number.isFinite(value)) ? " · ✕ is not a number, or infinite" : "";
    this.legend.replaceChildren(`−${most} `, this.scale, ` ${most}${broken}`);
  }

  point({ offsetX, offsetY }) {
    const at = [Math.floor(offsetY / this.cell), Math.floor(offsetX / this.cell)];
    if (at[0] < this.picture.rows && at[1] < this.picture.columns) this.read(at);
  }

  key(event) {
    const { rows, columns } = this.picture;
    const [row, column] = this.cursor ?? [0, 0];
    const way = WAYS[event.key];
    const to = way ? [row + way[0], column + way[1]] : { Home: [row, 0], End: [row, columns - 1] }[event.key];
    if (!to || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (to[0] < 0 || to[1] < 0 || to[0] >= rows || to[1] >= columns || this.picture.find(...to) < 0) return;
    this.cursor = to;
    this.read(to);
  }

  /** Says the value at a cell, and frames it. */
  read(at) {
    if (this.marked) this.frame(this.marked, false);
    const place = at && this.picture ? this.picture.find(...at) : -1;
    this.marked = place < 0 ? null : at;
    this.reading.textContent = place < 0 ? "Point at a value to read it." : `${this.name}[${this.picture.index(place).join(", ")}] = ${tell(this.values[place])}`;
    if (!this.marked) return;
    this.frame(at, true);
    if (document.activeElement === this.canvas) this.follow(at);
  }

  frame([row, column], on) {
    const pen = this.canvas.getContext("2d");
    if (!on) {
      const around = [-1, 0, 1];
      for (const down of around) for (const right of around) if (this.has(row + down, column + right)) this.drawCellAgain(pen, row + down, column + right);
      return;
    }
    pen.strokeStyle = css(this.theme.ink);
    pen.lineWidth = 2;
    pen.strokeRect(column * this.cell + 1, row * this.cell + 1, Math.max(2, this.cell - 3), Math.max(2, this.cell - 3));
  }

  drawCellAgain(pen, row, column) {
    pen.clearRect(column * this.cell, row * this.cell, this.cell, this.cell);
    this.drawCell(pen, row, column);
  }

  has(row, column) {
    return row >= 0 && column >= 0 && row < this.picture.rows && column < this.picture.columns;
  }

  /** Keeps the cell that is read in sight, within the panel. */
  follow([row, column]) {
    const { scroll, cell } = this;
    scroll.scrollTop = Math.min(row * cell, Math.max(scroll.scrollTop, (row + 1) * cell - scroll.clientHeight));
    scroll.scrollLeft = Math.min(column * cell, Math.max(scroll.scrollLeft, (column + 1) * cell - scroll.clientWidth));
  }
}

/** A canvas of this size in the page's pixels, sharp on any screen. */
function prepare(canvas, width, height) {
  const ratio = Math.min(3, devicePixelRatio || 1);
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  pen.font = `12px ${getComputedStyle(canvas).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  return pen;
}

function cross(pen, x, y, room, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(x + 1, y + 1);
  pen.lineTo(x + room - 1, y + room - 1);
  pen.moveTo(x + room - 1, y + 1);
  pen.lineTo(x + 1, y + room - 1);
  pen.stroke();
}

/** What fits into a cell. */
function formatShort(value) {
  const size = Math.abs(value);
  const text = value === 0 || (size >= 0.001 && size < 1000) ? String(Number(value.toPrecision(2))) : value.toExponential(0);
  return text.replaceAll("-", "−");
}

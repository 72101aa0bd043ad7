/* What the next run trains on. Asked for when somebody comes near the lab, and shown only where there is a choice. */
import { read } from "../requests.js";
import { formatSeconds } from "./numbers.js";

export class Devices {
  constructor(lab, select) {
    Object.assign(this, { lab, select, url: select?.dataset.url, path: null });
    if (!select) return;
    for (const nearness of ["pointerenter", "focusin"]) lab.addEventListener(nearness, () => this.look(), { once: true });
    select.addEventListener("change", () => (this.wanted = select.value));
  }

  /** What the student chose; undefined leaves it to the project. */
  get choice() {
    return this.wanted;
  }

  /** Another project has been opened. */
  show({ path, device = "cpu" }) {
    if (!this.select || this.path === path) return;
    Object.assign(this, { path, usual: device, wanted: undefined });
    if (this.looked) this.look();
  }

  async look() {
    this.looked = true;
    try {
      const { devices } = await read(this.path ? `${this.url}?project=${encodeURIComponent(this.path)}` : this.url);
      this.fill(devices);
    } catch {
      this.select.hidden = true; // a run then goes where its project says, and the server says why if it cannot
    }
  }

  fill(devices) {
    this.select.replaceChildren(...devices.map((each) => new Option(describe(each), each.device)));
    this.select.hidden = devices.length < 2;
    this.select.value = this.wanted ?? this.usual;
  }
}

function describe({ device, waiting, left_s: left }) {
  const line = waiting ? `${waiting} waiting` : "free now";
  return [device.toUpperCase(), line, left === null ? null : `${formatSeconds(left)} left`].filter(Boolean).join(" · ");
}

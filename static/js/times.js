/* Times as the clock of whoever reads them shows them. The server tells and takes UTC otherwise. */
const WHOLE = { dateStyle: "long", timeStyle: "short" };

export function tellTimes(root) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const time of root.querySelectorAll("time[data-local]")) {
    const options = time.dataset.local === "time" ? { timeStyle: "short" } : WHOLE;
    time.textContent = new Date(time.dateTime).toLocaleString("en-GB", options);
  }
  for (const zone of root.querySelectorAll("[data-role=zone]")) zone.value = timeZone ?? "";
  for (const name of root.querySelectorAll("[data-role=zone-name]")) name.textContent = `on your clock (${timeZone ?? "UTC"})`;
}

tellTimes(document);

/** A number as a person reads it: four digits that matter. Takes "NaN" and "Infinity" as the server writes them. */
export function formatNumber(value) {
  if (typeof value === "string" || !Number.isFinite(value)) return String(value);
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** A while as a person says it. */
export function formatSeconds(seconds) {
  if (seconds < 1) return "under 1 s";
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

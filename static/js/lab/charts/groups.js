/* Which metrics are drawn in one picture, and on which scale. */
const TITLES = { learning_rate: "Learning rate", gradient_norm: "Gradient norm", pace: "Steps per second" };
const LOSS_LIKE = /loss|error|(?:^|[^a-z])(?:err|r?mse|mae|nll|b?ce|perplexity|ppl)(?:[^a-z]|$)/i;

/** `[{key, title, series}]` in the order in which tabs stand: loss and validation first, a program's own numbers last. */
export function group(all) {
  const groups = new Map([["training", []], ...Object.keys(TITLES).map((kind) => [kind, []])]);
  for (const series of all) {
    const key = keyOf(series);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(series);
  }
  return [...groups].filter(([, series]) => series.length).map(([key, series]) => ({ key, series, title: TITLES[key] ?? nameOf(series) }));
}

export function keyOf({ name, kind }) {
  if (kind === "loss" || kind === "validation") return "training";
  return TITLES[kind] ? kind : `scalar:${name}`;
}

function nameOf(series) {
  const kinds = new Set(series.map(({ kind }) => kind));
  if (kinds.has("loss")) return kinds.has("validation") ? "Loss and validation" : "Loss";
  return kinds.has("validation") ? "Validation" : series[0].name;
}

/** Accuracies have a scale of their own, at the right, where there are losses beside them. */
export function scaleOf({ name, kind }, members) {
  const isLoss = (each) => each.kind !== "validation" || LOSS_LIKE.test(each.name);
  return isLoss({ name, kind }) || !members.some(isLoss) ? "y" : "score";
}

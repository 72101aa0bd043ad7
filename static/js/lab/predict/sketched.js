export const SKETCH = "Your sketch";

/** A sketched prediction as an overlay of the chart, to be seen under the live curve; null for any other prediction. */
export function findSketch({ question, given }) {
  if (question?.kind !== "curve" || !given?.said) return null;
  return { label: SKETCH, series: [{ name: question.metric, kind: "loss", points: given.said }] };
}

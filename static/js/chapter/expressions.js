/* Evaluates the trees of apps/courses/dialect/expressions.py: a number, a name, or [operation, …trees]. No text is ever run. */
const OPERATIONS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  abs: Math.abs,
  relu: (a) => (a < 0 ? 0 : a),
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  min: Math.min,
  max: Math.max,
};

export function evaluate(tree, values, rows) {
  if (typeof tree === "number") return tree;
  if (typeof tree === "string") return values[tree];
  const [name, ...args] = tree;
  if (name === "mean" || name === "sum") {
    const total = rows.reduce((sum, row) => sum + evaluate(args[0], { ...values, ...row }, rows), 0);
    return name === "mean" ? total / rows.length : total;
  }
  return OPERATIONS[name](...args.map((each) => evaluate(each, values, rows)));
}

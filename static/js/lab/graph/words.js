/* What torch calls its operations, in the words of a lesson. */
const KNOWN = {
  T: "transpose",
  Mm: "matrix multiply",
  Bmm: "matrix multiply, batched",
  Addmm: "matrix multiply, add",
  Baddbmm: "matrix multiply, add, batched",
  Mv: "matrix times vector",
  Dot: "dot product",
  Mul: "multiply",
  Div: "divide",
  Sub: "subtract",
  Rsub: "subtract from",
  Neg: "negate",
  Pow: "power",
  Relu: "ReLU",
  LeakyRelu: "leaky ReLU",
  Gelu: "GELU",
  Silu: "SiLU",
  Elu: "ELU",
  Convolution: "convolution",
  Conv1D: "convolution",
  NativeBatchNorm: "batch norm",
  CudnnBatchNorm: "batch norm",
  NativeLayerNorm: "layer norm",
  NativeGroupNorm: "group norm",
  NativeDropout: "dropout",
  MseLoss: "mean squared error",
  NllLoss: "negative log likelihood",
  NllLoss2D: "negative log likelihood",
  BinaryCrossEntropy: "binary cross entropy",
  BinaryCrossEntropyWithLogits: "binary cross entropy of logits",
  SmoothL1Loss: "smooth L1 loss",
  HuberLoss: "Huber loss",
  L1Loss: "L1 loss",
  ScaledDotProductFlashAttentionForCpu: "attention",
  ScaledDotProductEfficientAttention: "attention",
  ScaledDotProductFlashAttention: "attention",
  MaxPool2DWithIndices: "max pool",
  AdaptiveAvgPool2D: "average pool, adaptive",
  AvgPool2D: "average pool",
  UnsafeView: "reshape",
  View: "reshape",
  ReshapeAlias: "reshape",
  Cat: "concatenate",
  Embedding: "embedding lookup",
  Clone: "copy",
  Exp: "exponential",
  Std: "standard deviation",
  Var: "variance",
};

/** "AddmmBackward0" → "matrix multiply, add"; a name that is not known is taken apart at its capitals. */
export function name(op) {
  const bare = op.replace(/Backward\d*$/, "") || op;
  return KNOWN[bare] ?? (bare.replace(/([a-z0-9])(?=[A-Z])/g, "$1 ").toLowerCase() || op);
}

/** [32, 16] → "32 × 16"; a single number is a "number". */
export function size(shape) {
  if (!shape) return "";
  return shape.length ? shape.join(" × ") : "one number";
}

export function count(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

import { getKernel, Softmax, type TensorInfo } from '../tfjs/tf.ts';
import { allocate, floats, ints, wasmKernel } from './heap.ts';

/** Names of the two kernels; `losses.ts` runs them if the current backend has them. */
export const SPARSE_SOFTMAX_CROSS_ENTROPY = 'SparseSoftmaxCrossEntropy';
export const SPARSE_SOFTMAX_CROSS_ENTROPY_GRADIENT = 'SparseSoftmaxCrossEntropyGradient';

/** Smallest float32 probability whose logarithm is exact enough. */
const SMALLEST_PROBABILITY = 1e-30;

/**
 * Computes, from logits `[rows, classes]`, labels `[rows]` (int32) and shares `[rows]`, the cross-entropy Σ
 * share · −ln p(label), and the probabilities `[rows, classes]`, from which the gradient follows.
 */
export const sparseSoftmaxCrossEntropy = wasmKernel<
  { readonly logits: TensorInfo; readonly labels: TensorInfo; readonly shares: TensorInfo },
  unknown
>(SPARSE_SOFTMAX_CROSS_ENTROPY, ({ inputs: { logits, labels, shares }, backend }) => {
  const [rows, classes] = logits.shape as [number, number];
  const probabilities = getKernel(Softmax, 'wasm').kernelFunc({
    inputs: { logits },
    attrs: { dim: 1 },
    backend,
  }) as TensorInfo;
  const loss = allocate(backend, []);
  const x = floats(backend, logits);
  const p = floats(backend, probabilities);
  const label = ints(backend, labels);
  const share = floats(backend, shares);
  let sum = 0;
  for (let row = 0, start = 0; row < rows; row++, start += classes) {
    if (share[row] === 0) continue;
    const at = start + label[row]!;
    if (label[row]! < 0 || label[row]! >= classes) {
      throw new RangeError(`The label ${label[row]} of position ${row} is not one of ${classes} classes.`);
    }
    sum +=
      share[row]! *
      (p[at]! >= SMALLEST_PROBABILITY ? -Math.log(p[at]!) : logSumExp(x, start, start + classes) - x[at]!);
  }
  floats(backend, loss)[0] = sum;
  return [loss, probabilities];
});

/** Gradient of the loss with respect to the logits: dy · share · (p − one-hot of the label). */
export const sparseSoftmaxCrossEntropyGradient = wasmKernel<
  {
    readonly probabilities: TensorInfo;
    readonly labels: TensorInfo;
    readonly shares: TensorInfo;
    readonly dy: TensorInfo;
  },
  unknown
>(SPARSE_SOFTMAX_CROSS_ENTROPY_GRADIENT, ({ inputs: { probabilities, labels, shares, dy }, backend }) => {
  const [rows, classes] = probabilities.shape as [number, number];
  const gradient = allocate(backend, probabilities.shape);
  const p = floats(backend, probabilities);
  const label = ints(backend, labels);
  const share = floats(backend, shares);
  const outputGradient = floats(backend, dy)[0]!;
  const to = floats(backend, gradient);
  for (let row = 0, start = 0; row < rows; row++, start += classes) {
    const end = start + classes;
    if (share[row] === 0) {
      to.fill(0, start, end);
      continue;
    }
    const scale = share[row]! * outputGradient;
    for (let i = start; i < end; i++) to[i] = p[i]! * scale;
    to[start + label[row]!]! -= scale;
  }
  return gradient;
});

/** ln Σ exp(x), in double precision and without overflow, over `x[start]` to `x[end − 1]`. */
function logSumExp(x: Float32Array, start: number, end: number): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i++) max = Math.max(max, x[i]!);
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.exp(x[i]! - max);
  return max + Math.log(sum);
}

// The engine's kernels: plain functions over row-major float32 matrices at byte offsets of a memory that the
// host owns. There is no allocator, no static data, and no state.
export { activate, activationGradient } from './activations';
export { softmax, softmaxCrossEntropy, topK } from './cross-entropy';
export { adam, momentum, proximalSgd, pull, sgd, sgdRows } from './descent';
export { dropout } from './dropout';
export { gruBackward, gruForward } from './gru';
export { lstmBackward, lstmForward } from './lstm';
export { moments, normalisationGradient, normalise } from './normalisation';
export { addPatches, gatherPatches } from './patches';
export { averagePool, averagePoolGradient, maxPool, maxPoolGradient } from './pooling';
export { pack, packedBytes } from './panels';
export { multiply, multiplyPacked, scratchBytes } from './product';
export { addColumns, gatherColumns, rowDots, scaleRows } from './sampled';
export { addRowDots, addRowProduct, addRows, columnSums, gatherRows, sparseRows, squaredNorm } from './rows';
export {
  winogradFilter,
  winogradFilterGradients,
  winogradImages,
  winogradOutputs,
  winogradGradients,
} from './winograd';

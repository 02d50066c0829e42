/** Numbers of activations in the kernels, the same as in `engine/assembly/activations.ts`. */
export const activations = { linear: 0, tanh: 1, sigmoid: 2, hardSigmoid: 3, relu: 4 } as const;
export type Activation = (typeof activations)[keyof typeof activations];

/** Byte offset into the kernels' memory; 0 stands for an absent array. */
export type Address = number;

/**
 * Compiled kernels; `engine/assembly` documents each. Matrices are float32 in row-major order; `ld…` are the
 * lengths of their rows in memory, in floats; flags are 0 or 1.
 */
export interface Kernels {
  activate(activation: Activation, count: number, x: Address): void;
  activationGradient(activation: Activation, count: number, y: Address, dy: Address): void;
  // biome-ignore format: one line for each matrix
  multiply(
    m: number, n: number, k: number,
    a: Address, lda: number, transposedA: number,
    b: Address, ldb: number, transposedB: number,
    c: Address, ldc: number, accumulate: number, bias: Address, scratch: Address,
  ): void;
  // biome-ignore format: one line for each matrix
  multiplyPacked(
    m: number, n: number, k: number,
    a: Address, lda: number, transposedA: number, packed: Address,
    c: Address, ldc: number, accumulate: number, bias: Address, scratch: Address,
  ): void;
  pack(k: number, n: number, b: Address, ldb: number, transposed: number, to: Address): void;
  packedBytes(k: number, n: number): number;
  scratchBytes(packed: number): number;
  // biome-ignore format: sizes, functions, then memory
  gruForward(
    steps: number, batch: number, units: number, activation: Activation, gateActivation: Activation,
    gates: Address, states: Address, resets: Address, mask: Address,
    gatesR: Address, candidateR: Address, scratch: Address,
  ): void;
  // biome-ignore format: sizes, functions, then memory
  gruBackward(
    steps: number, batch: number, units: number, activation: Activation, gateActivation: Activation,
    gates: Address, states: Address, outputGradients: Address, gateGradients: Address, mask: Address,
    gatesR: Address, candidateR: Address, temporary: Address, scratch: Address,
  ): void;
  // biome-ignore format: sizes, functions, then memory
  lstmForward(
    steps: number, batch: number, units: number, coupled: number, activation: Activation, gateActivation: Activation,
    gates: Address, states: Address, cells: Address, activatedCells: Address, mask: Address,
    recurrent: Address, scratch: Address,
  ): void;
  // biome-ignore format: sizes, functions, then memory
  lstmBackward(
    steps: number, batch: number, units: number, coupled: number, activation: Activation, gateActivation: Activation,
    gates: Address, cells: Address, activatedCells: Address, outputGradients: Address, cellGradients: Address, gateGradients: Address, mask: Address,
    recurrent: Address, scratch: Address,
  ): void;
  gatherRows(count: number, width: number, from: Address, indices: Address, to: Address): void;
  addRows(count: number, width: number, from: Address, indices: Address, to: Address): void;
  // biome-ignore format: what is read, then what is written
  sparseRows(
    count: number, width: number, indices: Address, from: Address,
    slots: Address, rows: Address, to: Address,
  ): number;
  columnSums(rows: number, columns: number, x: Address, to: Address, accumulate: number): void;
  addRowProduct(k: number, n: number, x: Address, w: Address, y: Address): void;
  addRowDots(k: number, n: number, x: Address, w: Address, y: Address): void;
  squaredNorm(count: number, x: Address): number;
  // biome-ignore format: what is read, then what is written
  gatherColumns(
    count: number, rows: number, columns: number, from: Address, indices: Address, to: Address,
  ): void;
  // biome-ignore format: what is read, then what is written
  addColumns(
    count: number, rows: number, columns: number, from: Address, indices: Address, to: Address,
  ): void;
  rowDots(rows: number, width: number, a: Address, b: Address, to: Address, step: number): void;
  // biome-ignore format: what is read, then what is written
  scaleRows(
    rows: number, width: number, scales: Address, step: number, x: Address,
    to: Address, accumulate: number,
  ): void;
  // biome-ignore format: what is read, then what is written
  softmaxCrossEntropy(
    rows: number, classes: number, logits: Address, labels: Address, shares: Address,
    sums: Address, gaps: Address,
  ): void;
  gatherPatches(window: Address, first: number, rows: number, x: Address, to: Address): void;
  addPatches(window: Address, first: number, rows: number, patches: Address, to: Address): void;
  // biome-ignore format: what is read, then what is written
  winogradImages(
    window: Address, first: number, rows: number, x: Address, to: Address, temporary: Address,
  ): void;
  // biome-ignore format: what is read, then what is written
  winogradFilter(
    window: Address, filters: number, turned: number, filter: Address, to: Address, temporary: Address,
  ): void;
  // biome-ignore format: what is read, then what is written
  winogradOutputs(
    window: Address, filters: number, first: number, rows: number, products: Address, bias: Address,
    y: Address, temporary: Address,
  ): void;
  // biome-ignore format: what is read, then what is written
  winogradGradients(
    window: Address, filters: number, first: number, rows: number, dy: Address, to: Address, temporary: Address,
  ): void;
  // biome-ignore format: what is read, then what is written
  winogradFilterGradients(
    window: Address, filters: number, products: Address, to: Address, temporary: Address,
  ): void;
  maxPool(window: Address, batch: number, x: Address, y: Address, places: Address): void;
  maxPoolGradient(window: Address, batch: number, dy: Address, places: Address, dx: Address): void;
  averagePool(window: Address, batch: number, x: Address, y: Address): void;
  averagePoolGradient(window: Address, batch: number, dy: Address, dx: Address): void;
  moments(rows: number, channels: number, x: Address, mean: Address, variance: Address): void;
  // biome-ignore format: sizes, what is read, then what is written
  normalise(
    rows: number, channels: number, x: Address, mean: Address, inverse: Address,
    gamma: Address, beta: Address, y: Address,
  ): void;
  // biome-ignore format: sizes, what is read, then what is written
  normalisationGradient(
    rows: number, channels: number, x: Address, mean: Address, inverse: Address, gamma: Address, dy: Address,
    dgamma: Address, dbeta: Address, dx: Address,
  ): void;
  dropout(count: number, seed: number, rate: number, x: Address, y: Address): void;
  softmax(classes: number, logits: Address): number;
  topK(length: number, x: Address, count: number, values: Address, indices: Address): number;
  sgd(count: number, w: Address, g: Address, rate: number): void;
  sgdRows(count: number, width: number, rows: Address, w: Address, g: Address, rate: number): void;
  pull(count: number, w: Address, anchor: Address, g: Address, strength: number): void;
  proximalSgd(count: number, w: Address, anchor: Address, g: Address, rate: number, strength: number): void;
  // biome-ignore format: memory, then numbers
  momentum(
    count: number, w: Address, g: Address, v: Address,
    rate: number, scale: number, keep: number, nesterov: number,
  ): void;
  // biome-ignore format: memory, then numbers
  adam(
    count: number, w: Address, g: Address, m: Address, v: Address,
    rate: number, scale: number, beta1: number, beta2: number, unbias1: number, unbias2: number, epsilon: number,
  ): void;
}

// Kernels that turn an update into integers, and a mean back. Stays below 4 kB, as masks.ts does.
export { butterflies, scaleSigned, transform } from './hadamard';
export { round } from './rounding';

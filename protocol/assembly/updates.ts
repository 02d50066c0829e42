// What turns an update into integers, and a mean back. Below 4 kB, as the kernels of masks.
export { butterflies, scaleSigned, transform } from './hadamard';
export { round } from './rounding';

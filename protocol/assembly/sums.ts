// Kernels that a coordinator runs on the updates it adds up.
export { multiplyAdd, squares } from './floats';
export { addPacked, subtractPacked } from './ring';

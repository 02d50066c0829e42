// Kernels that a device runs on a vector of 32-bit words before it sends it. Stays below 4 kB: Chrome before
// version 114 compiles no more than that on a page's main thread without a pause.
export { expand } from './chacha20';
export { pack } from './pack';
export { addWords } from './words';

// What a device does to a vector of 32-bit words before it sends it. Below 4 kB, since pages compile no more than that without
// a pause in Chrome before version 114.
export { expand } from './chacha20';
export { pack } from './pack';
export { addWords } from './words';

// What a coordinator does to the updates that it adds up.
export { multiplyAdd, squares } from './floats';
export { addPacked, subtractPacked } from './ring';

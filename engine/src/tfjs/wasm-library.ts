/** Parts of TensorFlow.js' WebAssembly backend, which registers itself, that the engine uses. */
// biome-ignore lint/performance/noBarrelFile: bundlers load it by this file, Node by wasm-node.ts.
export { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';

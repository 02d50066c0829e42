/** What the engine uses of TensorFlow.js' WebAssembly backend, which registers itself. */
// biome-ignore lint/performance/noBarrelFile: bundlers see the library through this file, and Node through wasm-node.ts.
export { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';

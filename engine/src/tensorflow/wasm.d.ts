/** Parts of TensorFlow.js' WebAssembly backend, which registers itself, that the engine uses. */
export { type BackendWasm, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';

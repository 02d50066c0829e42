/** The WebAssembly backend of TensorFlow.js on Node, as `node.ts` has its other parts. */
import { smallBuild } from './small-builds.ts';

// The types are the library's own, as the manifest says beside `#tfjs-wasm`.
export const { setWasmPaths, version_wasm } = smallBuild('wasm');

/** WebAssembly backend of TensorFlow.js on Node, loaded like the parts in `node.ts`. */
import { smallBuild } from './small-builds.ts';

// The types are the library's own, by the `#tfjs-wasm` entry of package.json.
export const { setWasmPaths, version_wasm } = smallBuild('wasm');

import { version_wasm } from '#tfjs-wasm';

/**
 * Path at which coordinators serve the .wasm files of TensorFlow.js. It holds the version, since files must
 * match the scripts that load them.
 */
export const wasmFilesPath: string = `/v1/wasm/${version_wasm}/`;

/** Files that pages load: with SIMD, and without for a device that lacks it. */
export const wasmFiles = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm'] as const;

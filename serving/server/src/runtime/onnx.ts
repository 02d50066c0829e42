import { loadOnnx } from '@murmuration/engine/onnx/run';
import type { Runtime } from './runtime.ts';

export interface OnnxRuntimeOptions {
  /**
   * Execution providers by their names in ONNX Runtime, the first that works first: `['tensorrt', 'cuda',
   * 'cpu']`. By default the CPU. Unavailable ones are skipped; `engine` of the model names the one in use.
   */
  readonly providers?: readonly string[] | undefined;
  /** Number of threads of `onnxruntime-web` for one model; by default 1. */
  readonly threads?: number | undefined;
}

/**
 * Runtime for ONNX files, on `onnxruntime-node` if that is installed, else on `onnxruntime-web`. Loading
 * throws `engine.no-backend` if neither is, and `model.unusable` for an unsupported file.
 */
export function onnxRuntime({ providers, threads }: OnnxRuntimeOptions = {}): Runtime {
  return {
    name: 'onnx',
    loads: ({ platform }) => platform === 'onnx_onnxv1',
    async load(content) {
      if (content.platform !== 'onnx_onnxv1') throw new RangeError(`It loads no ${content.platform}.`);
      return loadOnnx(content.bytes, {
        ...(providers && { providers }),
        ...(threads !== undefined && { threads }),
      });
    },
    async close() {},
  };
}

import { loadOnnx } from '@murmuration/engine/onnx/run';
import type { Runtime } from './runtime.ts';

export interface OnnxRuntimeOptions {
  /**
   * Execution providers by the names of ONNX Runtime, the first that works first: `['tensorrt', 'cuda', 'cpu']`. By default the processor.
   * Those that can't be had here are left out, which `engine` of the model says.
   */
  readonly providers?: readonly string[] | undefined;
  /** Threads of `onnxruntime-web` for one model; by default 1. */
  readonly threads?: number | undefined;
}

/**
 * Models in files of ONNX, on `onnxruntime-node` where that is installed, else on `onnxruntime-web`. Loading throws `engine.no-backend` where
 * neither is, and `model.unusable` for a file that it does not take.
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

import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { type BrowserBackend, startBrowserBackend, startForFused } from '../backend/browser-backend.ts';
import { loadLayers } from '../runtime/layers-model.ts';
import { openPackagedModel, type PackagedFiles, type PackagedModel } from './packaged.ts';

export type { Answer, Nested, PackagedFiles, PackagedModel, Values } from './packaged.ts';

export interface OpenOptions {
  /**
   * Folder or URL (with a slash at its end) of the .wasm files of `@tensorflow/tfjs-backend-wasm`, for models that the fused kernels don't
   * know; without it, such a model runs on WebGL or WebGPU.
   */
  readonly wasmPath?: string;
}

const withoutFiles: readonly BrowserBackend[] = ['webgl', 'webgpu'];

/**
 * Opens the model of a package that `murmuration models export --as npm` wrote. Throws `model.corrupt` where a file was changed,
 * `server.unreachable` where one does not load, and `engine.no-backend` where nothing here runs the model.
 */
export async function openPackaged<Inputs, Outputs>(
  files: PackagedFiles,
  { wasmPath }: OpenOptions = {},
): Promise<PackagedModel<Inputs, Outputs>> {
  return openPackagedModel(files, {
    async read(file) {
      try {
        const response = await fetch(file);
        if (!response.ok) throw new Error(`the server answers ${response.status}`);
        return new Uint8Array(await response.arrayBuffer());
      } catch (cause) {
        throw new MurmurationError('server.unreachable', `${file} does not load: ${messageOf(cause)}`, {
          cause,
        });
      }
    },
    async load(parts) {
      await startForFused();
      return loadLayers(parts, () =>
        startBrowserBackend(wasmPath === undefined ? { wasmPath: '', backends: withoutFiles } : { wasmPath }),
      );
    },
  });
}

import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { startBrowserBackend, startForFused } from '../backend/browser-backend.ts';
import { type BrowserBackend, requireBackends } from '../backend/browser-backends.ts';
import { loadLayers } from '../runtime/layers-model.ts';
import { openPackagedModel, type PackagedFiles, type PackagedModel } from './packaged.ts';

export type { ModelAnswer, ModelValues, NestedValues, PackagedFiles, PackagedModel } from './packaged.ts';

export interface OpenOptions {
  /**
   * Folder or URL (ending in a slash) of the .wasm files of `@murmuration/engine/dist/tensorflow`, for models
   * that the fused kernels don't know; without it, such a model runs on one of `backends`.
   */
  readonly wasmPath?: string;
  /**
   * Backends of TensorFlow.js to choose among for such models: `'wasm'`, `webgl` of
   * `@murmuration/engine/webgl` and `webgpu` of `@murmuration/engine/webgpu`; by default WebAssembly if there
   * is a `wasmPath`, otherwise none.
   */
  readonly backends?: readonly BrowserBackend[];
}

/**
 * Opens the model of a package that `murmuration models export --as npm` wrote. Throws `model.corrupt` if a
 * file was changed, `server.unreachable` if one does not load, `engine.no-backend` if nothing here runs the
 * model, and `options.invalid` for unknown `backends`.
 */
export async function openPackaged<Inputs, Outputs>(
  files: PackagedFiles,
  { wasmPath, backends }: OpenOptions = {},
): Promise<PackagedModel<Inputs, Outputs>> {
  const chosen = requireBackends(backends ?? (wasmPath === undefined ? [] : ['wasm']));
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
      return loadLayers(parts, () => startBrowserBackend({ wasmPath: wasmPath ?? '', backends: chosen }));
    },
  });
}

import { readFile } from 'node:fs/promises';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { type BackendOptions, startBackend } from '../backend/backend.ts';
import { loadLayers } from '../runtime/layers-model.ts';
import { openPackagedModel, type PackagedFiles, type PackagedModel } from './packaged.ts';

export type { ModelAnswer, ModelValues, NestedValues, PackagedFiles, PackagedModel } from './packaged.ts';

export type OpenOptions = Pick<BackendOptions, 'wasmPath'>;

/**
 * Opens the model of a package that `murmuration models export --as npm` wrote. Throws `model.corrupt` if a
 * file is missing or was changed, and `engine.no-backend` if WebAssembly does not start.
 */
export async function openPackaged<Inputs, Outputs>(
  files: PackagedFiles,
  options: OpenOptions = {},
): Promise<PackagedModel<Inputs, Outputs>> {
  return openPackagedModel(files, {
    async read(file) {
      try {
        return new Uint8Array(await readFile(file));
      } catch (cause) {
        throw new MurmurationError(
          'model.corrupt',
          `A file of the package can't be read: ${messageOf(cause)}`,
          {
            cause,
          },
        );
      }
    },
    async load(parts) {
      await startBackend(options);
      return loadLayers(parts);
    },
  });
}

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';

const firstModelFile = 'first-model.bin';

/**
 * Returns the run's first version, with which its clients are compared in the end. Retention deletes it from
 * the storage, so its weights stay in the checkpoint's folder.
 * @param newest version that the run goes on from; the first one unless a round `hasEnded`
 * @throws `config.invalid` for a checkpoint without these weights
 */
export async function firstVersion(
  folder: string | undefined,
  newest: ModelFiles,
  hasEnded: boolean,
): Promise<ModelFiles> {
  if (folder === undefined) return newest;
  const path = join(folder, firstModelFile);
  if (!hasEnded) {
    const { buffer, byteOffset, byteLength } = newest.weights;
    await writeFile(`${path}.new`, new Uint8Array(buffer, byteOffset, byteLength));
    await rename(`${path}.new`, path);
    return newest;
  }
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes?.byteLength !== newest.weights.byteLength)
    throw new MurmurationError(
      'config.invalid',
      `The checkpoint in ${folder} lacks the model that its run began with (${firstModelFile}). Begin again in another folder.`,
    );
  const weights = new Float32Array(new Uint8Array(bytes).buffer);
  const { topology, layout } = newest;
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}

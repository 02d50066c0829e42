import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { describeModel } from '@murmuration/engine/models/model';
import { encodeModel } from '@murmuration/protocol/weights/model-files';

/** Puts a model into a folder of models, as its version 1. */
export async function placeModel(
  folder: string,
  name: string,
  { topology, layout, weights }: ReturnType<typeof describeModel>,
): Promise<void> {
  const { json, weightsHash, weights: bytes } = encodeModel(topology, layout, weights);
  const path = join(folder, name, '1');
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'model.json'), json);
  await writeFile(join(path, `${weightsHash}.bin`), bytes);
}

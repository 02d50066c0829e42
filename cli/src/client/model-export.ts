import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { hashPattern, type ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { decodeModel, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { PublicClient } from './public-client.ts';

/** The longest `model.json` that is read, bytes. */
const longestJson = 64 * 2 ** 20;

export interface Exported {
  readonly model: string;
  /** Paths: `model.json`, and the weights that it names. */
  readonly files: readonly [json: string, weights: string];
  /** Values of the model. */
  readonly values: number;
  /** Of both files. */
  readonly bytes: number;
}

/**
 * Loads the files of a version, checks both by their hashes, and writes them into a folder as `tf.loadLayersModel` takes them. `meant` is a
 * hash, `TASK` for its newest version, or `TASK@NUMBER`. Throws `model.missing`, `task.unknown`, `model.corrupt`, `config.invalid` where the
 * folder can't be written, or `server.unreachable`.
 */
export async function exportModel(client: PublicClient, meant: string, folder: string): Promise<Exported> {
  const hash = hashPattern.test(meant) ? (meant as ModelHash) : await find(client, meant);
  const path = modelPath(hash);
  const json = await client.file(path, longestJson);
  const { weightsHash, layout } = parseModelJson(hash, json);
  const name = `${weightsHash}.bin`;
  const weights = await client.file(path.replace(/[^/]+$/, name), 4 * layout.count);
  decodeModel(hash, json, weights);
  const files = [join(folder, 'model.json'), join(folder, name)] as const;
  try {
    await mkdir(folder, { recursive: true });
    await put(files[1], weights);
    await put(files[0], json);
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The folder ${folder} can't be written: ${(cause as Error).message}.`,
      { cause },
    );
  }
  return { model: hash, files, values: layout.count, bytes: json.length + weights.length };
}

async function find(client: PublicClient, meant: string): Promise<ModelHash> {
  const [, name, digits] = /^(.*?)(?:@(\d{1,9}))?$/s.exec(meant)!;
  const [task] = await client.tasksNamed(name);
  const number = digits === undefined ? undefined : Number(digits);
  const [model] = await client.models(task!.name, {
    limit: 1,
    before: number === undefined ? undefined : number + 1,
  });
  if (model && (number === undefined || model.number === number)) return model.model as ModelHash;
  throw new MurmurationError(
    'model.missing',
    `There is no version ${number === undefined ? '' : `${number} `}of ${name}; murmuration models ${name} lists them.`,
  );
}

/** Under its name only when it is whole. */
async function put(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}`;
  try {
    await writeFile(beside, bytes);
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

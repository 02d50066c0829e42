import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { hashPattern, type ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { decodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
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

/** The files of a version as they came, and what they hold. */
export interface Fetched {
  readonly files: ModelFiles;
  readonly json: Uint8Array;
  readonly weights: Uint8Array;
  /** Name of the weight file. */
  readonly name: string;
}

/**
 * Loads the files of a version, and checks both by their hashes. `meant` is a hash, `TASK` for its newest version, `TASK@NUMBER`, or
 * `TASK@ALIAS`. Throws `model.missing`, `task.unknown`, `model.corrupt` or `server.unreachable`; aliases but `latest` and `champion` are
 * for operators: `operator.unauthenticated`.
 */
export async function fetchModel(client: PublicClient, meant: string, aliases: Aliases): Promise<Fetched> {
  const hash = hashPattern.test(meant) ? (meant as ModelHash) : await find(client, meant, aliases);
  const path = modelPath(hash);
  const json = await client.file(path, longestJson);
  const { weightsHash, layout } = parseModelJson(hash, json);
  const name = `${weightsHash}.bin`;
  const weights = await client.file(path.replace(/[^/]+$/, name), 4 * layout.count);
  return { files: decodeModel(hash, json, weights), json, weights, name };
}

/** Writes a version into a folder as `tf.loadLayersModel` takes it. Throws `config.invalid` where the folder can't be written. */
export async function writeFolder(
  { files, json, weights, name }: Fetched,
  folder: string,
): Promise<Exported> {
  const paths = [join(folder, 'model.json'), join(folder, name)] as const;
  await writing(`folder ${folder}`, async () => {
    await mkdir(folder, { recursive: true });
    await put(paths[1], weights);
    await put(paths[0], json);
  });
  return {
    model: files.hash,
    files: paths,
    values: files.layout.count,
    bytes: json.length + weights.length,
  };
}

/** Writes one file, whole or not at all, and the folder above it. Throws `config.invalid` where it can't be written. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writing(`file ${path}`, async () => {
    await mkdir(dirname(path), { recursive: true });
    await put(path, bytes);
  });
}

async function writing(what: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new MurmurationError('config.invalid', `The ${what} can't be written: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

/** The hashes of a task's versions by their aliases, as operators may ask for them. */
export type Aliases = (task: string) => Promise<ReadonlyMap<string, string>>;

async function find(client: PublicClient, meant: string, aliases: Aliases): Promise<ModelHash> {
  const [, name, called] = /^(.*?)(?:@(\d{1,9}|[a-z][a-z0-9-]{0,31}))?$/s.exec(meant)!;
  const [task] = await client.tasksNamed(name);
  if (called === 'champion') return task!.serves.model as ModelHash;
  const isNumber = called !== undefined && /^\d/.test(called);
  if (called !== undefined && !isNumber && called !== 'latest') {
    const known = await aliases(task!.name);
    const model = known.get(called);
    if (model !== undefined) return model as ModelHash;
    const others = ['champion', 'latest', ...known.keys()].filter(
      (alias, at, all) => all.indexOf(alias) === at,
    );
    throw new MurmurationError(
      'model.missing',
      `${name} has no alias ${called}; it has ${others.join(', ')}.`,
    );
  }
  const number = isNumber ? Number(called) : undefined;
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

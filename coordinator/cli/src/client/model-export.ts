import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { hashPattern, type ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { decodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { PublicClient } from './public-client.ts';

/** Maximum length in bytes of a `model.json`. */
export const maxTopologyBytes = 64 << 20;

/** Files of a version as they were downloaded, and their content. */
export interface Fetched {
  readonly files: ModelFiles;
  readonly json: Uint8Array;
  readonly weights: Uint8Array;
  /** Name of the weight file. */
  readonly name: string;
  /** Task and number of the version; null if it was requested by its hash. */
  readonly version: { readonly task: string; readonly number: number } | null;
}

/**
 * Downloads the files of a version, and checks both against their hashes. `meant` is a hash, `TASK` for its
 * newest version, `TASK@NUMBER`, or `TASK@ALIAS`. Throws `model.missing`, `task.unknown`, `model.corrupt` or
 * `server.unreachable`; aliases other than `latest` and `champion` are for operators:
 * `operator.unauthenticated`.
 */
export async function fetchModel(client: PublicClient, meant: string, aliases: Aliases): Promise<Fetched> {
  const found = hashPattern.test(meant) ? null : await find(client, meant, aliases);
  const hash = (found?.model ?? meant) as ModelHash;
  const path = modelPath(hash);
  const json = await client.file(path, maxTopologyBytes);
  const { weightsHash, layout } = parseModelJson(hash, json);
  const name = `${weightsHash}.bin`;
  const weights = await client.file(path.replace(/(?<=\/)[^/]+$/, name), 4 * layout.count);
  return {
    files: decodeModel(hash, json, weights),
    json,
    weights,
    name,
    version: found && { task: found.task, number: found.number },
  };
}

/**
 * Writes files into a folder, creating it if necessary, each atomically and in the order given. Throws
 * `config.invalid` if it can't be written.
 */
export async function writeFolder(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<readonly string[]> {
  const paths = Object.keys(files).map(name => join(folder, name));
  await writing(`folder ${folder}`, async () => {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) await put(join(folder, name), content);
  });
  return paths;
}

/**
 * Writes one file atomically, and creates the folder above it if necessary. Throws `config.invalid` if it
 * can't be written.
 */
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

/** Returns a task's versions by their aliases; only operators may request them. */
export type Aliases = (task: string) => Promise<ReadonlyMap<string, Omit<FoundVersion, 'task'>>>;

/** Version from a listing. */
interface FoundVersion {
  readonly task: string;
  readonly number: number;
  readonly model: string;
}

async function find(client: PublicClient, meant: string, aliases: Aliases): Promise<FoundVersion> {
  const [, name, called] = /^(.*?)(?:@(\d{1,9}|[a-z][a-z0-9-]{0,31}))?$/s.exec(meant)!;
  const [task] = await client.tasksNamed(name);
  if (called === 'champion') return { task: task!.name, ...task!.serves };
  if (called === undefined || called === 'latest' || /^\d/.test(called)) {
    const number = /^\d/.test(called ?? '') ? Number(called) : undefined;
    const before = number === undefined ? undefined : number + 1;
    const [model] = await client.models(task!.name, { limit: 1, before });
    if (model && (number === undefined || model.number === number)) return { task: task!.name, ...model };
    throw new MurmurationError(
      'model.missing',
      `There is no version ${number === undefined ? '' : `${number} `}of ${name}; murmuration models ${name} lists them.`,
    );
  }
  const known = await aliases(task!.name);
  const version = known.get(called);
  if (version) return { task: task!.name, ...version };
  const others = ['champion', 'latest', ...known.keys()].filter(
    (alias, at, all) => all.indexOf(alias) === at,
  );
  throw new MurmurationError('model.missing', `${name} has no alias ${called}; it has ${others.join(', ')}.`);
}

/** Writes a temporary file first, so that the name appears only when the file is complete. */
async function put(path: string, bytes: string | Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}`;
  try {
    await writeFile(beside, bytes);
    await rename(beside, path);
  } finally {
    await rm(beside, { force: true });
  }
}

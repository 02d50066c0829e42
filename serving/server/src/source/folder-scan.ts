import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelHash } from '@murmuration/protocol/ids/ids';

/** A version as it lies in a folder. */
export interface FoundVersion {
  readonly folder: string;
  readonly file: ModelFile;
  /** Follows from the names, sizes and times of its files. */
  readonly hash: ModelHash;
}

/** A model as it lies in a folder. */
export interface FoundModel {
  /** By number. */
  readonly versions: ReadonlyMap<string, FoundVersion>;
  /** Versions by alias, as `aliases.json` names them. */
  readonly aliases: Aliases;
}

type Aliases = Readonly<Record<string, string>>;

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const aliasPattern = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const versionPattern = /^(?:0|[1-9]\d{0,14})$/;
/** The file that makes a folder a version; of two, the first counts. */
const modelFiles = ['model.json', 'model.onnx'] as const;
export type ModelFile = (typeof modelFiles)[number];
const aliasFile = 'aliases.json';

/**
 * The models of a folder: `NAME/VERSION/model.json` with the weights beside it, or `NAME/VERSION/model.onnx`; without VERSION, 1. Other files and
 * folders are passed over, as those are that vanish meanwhile. A model that is what it was `before` is the same object: a folder of thousands,
 * looked at every second, would leave as many behind each time. Throws what reading the folder itself fails with.
 */
export async function scan(
  folder: string,
  before: ReadonlyMap<string, FoundModel> = new Map(),
): Promise<ReadonlyMap<string, FoundModel>> {
  const found = new Map<string, FoundModel>();
  for (const name of (await readdir(folder)).toSorted()) {
    if (!namePattern.test(name)) continue;
    const known = before.get(name);
    const model = await modelIn(join(folder, name), known?.aliases);
    if (model) found.set(name, known && isSame(known, model) ? known : model);
  }
  return found;
}

/** Whether two looks have found the same: versions with their content, and aliases. */
function isSame(a: FoundModel, b: FoundModel): boolean {
  return a.versions.size === b.versions.size && textOf(a) === textOf(b);
}

function textOf({ versions, aliases }: FoundModel): string {
  return JSON.stringify([[...versions].map(([version, { hash }]) => [version, hash]), aliases]);
}

/** Undefined where a folder holds no version; `before`: its aliases so far. */
async function modelIn(folder: string, before?: Aliases): Promise<FoundModel | undefined> {
  const names = await namesIn(folder);
  const versions = new Map<string, FoundVersion>();
  const single = await versionIn(folder, names);
  if (single) versions.set('1', single);
  const numbers = names.filter(each => versionPattern.test(each)).sort((a, b) => Number(a) - Number(b));
  for (const number of numbers) {
    const path = join(folder, number);
    const version = await versionIn(path, await namesIn(path));
    if (version) versions.set(number, version);
  }
  if (versions.size === 0) return undefined;
  return { versions, aliases: names.includes(aliasFile) ? await aliasesIn(folder, versions, before) : {} };
}

/** None of what is no folder, or has vanished. */
function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function versionIn(folder: string, names: readonly string[]): Promise<FoundVersion | undefined> {
  const file = modelFiles.find(name => names.includes(name));
  if (!file) return undefined;
  const hash = createHash('sha256');
  for (const name of names.filter(each => each !== aliasFile).toSorted()) {
    const status = await stat(join(folder, name)).catch(() => null);
    if (status?.isFile()) hash.update(`${name}\0${status.size} ${status.mtimeMs} ${status.ino}\n`);
  }
  return { folder, file, hash: hash.update(folder).digest('hex') as ModelHash };
}

/**
 * Aliases that name a version that is there. A file that holds something else may be half written: until it can be read, the aliases are
 * those of `before`.
 */
async function aliasesIn(
  folder: string,
  versions: ReadonlyMap<string, FoundVersion>,
  before: Aliases = {},
): Promise<Aliases> {
  const given = (await readObject(join(folder, aliasFile))) ?? before;
  return Object.fromEntries(
    Object.entries(given)
      .map(([alias, version]) => [alias, String(version)] as const)
      .filter(([alias, version]) => aliasPattern.test(alias) && alias !== 'latest' && versions.has(version)),
  );
}

async function readObject(path: string): Promise<object | undefined> {
  try {
    const given: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof given === 'object' && given !== null ? given : undefined;
  } catch {
    return undefined;
  }
}

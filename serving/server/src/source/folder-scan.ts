import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelHash } from '@murmuration/protocol/ids/ids';

/** Version found in a folder. */
export interface FoundVersion {
  readonly folder: string;
  readonly file: ModelFile;
  /** Hash of the names, sizes and times of its files. */
  readonly hash: ModelHash;
}

/** Model found in a folder. */
export interface FoundModel {
  /** Versions by number. */
  readonly versions: ReadonlyMap<string, FoundVersion>;
  /** Versions by alias, from `aliases.json`. */
  readonly aliases: Aliases;
}

type Aliases = Readonly<Record<string, string>>;

const modelNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const folderAlias = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const versionPattern = /^(?:0|[1-9]\d{0,14})$/;
/** Files that make a folder a version; of two, the first counts. */
const modelFiles = ['model.json', 'model.onnx'] as const;
export type ModelFile = (typeof modelFiles)[number];
const aliasFile = 'aliases.json';

/**
 * Scans the models of a folder: `NAME/VERSION/model.json` with the weights beside it, or
 * `NAME/VERSION/model.onnx`; without VERSION, 1. Skips other files and folders, and those that vanish
 * meanwhile. An unchanged model is the same object as in `before`: a scan of thousands every second would
 * otherwise create as many each time. Throws errors of reading the folder itself.
 */
export async function scan(
  folder: string,
  before: ReadonlyMap<string, FoundModel> = new Map(),
): Promise<ReadonlyMap<string, FoundModel>> {
  const found = new Map<string, FoundModel>();
  for (const name of (await readdir(folder)).toSorted()) {
    if (!modelNamePattern.test(name)) continue;
    const known = before.get(name);
    const model = await modelIn(join(folder, name), known?.aliases);
    if (model) found.set(name, known && isSame(known, model) ? known : model);
  }
  return found;
}

/** Returns true if two scans found the same versions, contents and aliases. */
function isSame(a: FoundModel, b: FoundModel): boolean {
  return a.versions.size === b.versions.size && textOf(a) === textOf(b);
}

function textOf({ versions, aliases }: FoundModel): string {
  return JSON.stringify([[...versions].map(([version, { hash }]) => [version, hash]), aliases]);
}

/** Reads the model in a folder; undefined if it has no version. `before`: its aliases so far. */
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

/** Returns the names in a folder; none if it is not a folder, or has vanished. */
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
 * Reads aliases that name an existing version. An unreadable file may be half written: until it can be read,
 * the aliases are those of `before`.
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
      .filter(([alias, version]) => folderAlias.test(alias) && alias !== 'latest' && versions.has(version)),
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

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
  readonly aliases: Readonly<Record<string, string>>;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const aliasPattern = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const versionPattern = /^(?:0|[1-9]\d{0,14})$/;
/** The file that makes a folder a version; of two, the first counts. */
const modelFiles = ['model.json', 'model.onnx'] as const;
export type ModelFile = (typeof modelFiles)[number];
const aliasFile = 'aliases.json';

/**
 * The models of a folder: `NAME/VERSION/model.json` with the weights beside it, or `NAME/VERSION/model.onnx`; without VERSION, 1. Other files and
 * folders are passed over, as those are that vanish meanwhile. Throws what reading the folder itself fails with.
 */
export async function scan(folder: string): Promise<ReadonlyMap<string, FoundModel>> {
  const found = new Map<string, FoundModel>();
  for (const name of (await readdir(folder)).toSorted()) {
    if (!namePattern.test(name)) continue;
    const versions = await versionsIn(join(folder, name));
    if (versions.size > 0)
      found.set(name, { versions, aliases: await aliasesIn(join(folder, name), versions) });
  }
  return found;
}

async function versionsIn(folder: string): Promise<ReadonlyMap<string, FoundVersion>> {
  const names = await readdir(folder).catch((): string[] => []);
  const versions = new Map<string, FoundVersion>();
  const single = await versionIn(folder);
  if (single) versions.set('1', single);
  for (const name of names.filter(each => versionPattern.test(each))) {
    const version = await versionIn(join(folder, name));
    if (version) versions.set(name, version);
  }
  return new Map([...versions].sort(([a], [b]) => Number(a) - Number(b)));
}

async function versionIn(folder: string): Promise<FoundVersion | undefined> {
  const names = await readdir(folder).catch((): string[] => []);
  const file = modelFiles.find(name => names.includes(name));
  if (!file) return undefined;
  const hash = createHash('sha256');
  for (const name of names.filter(each => each !== aliasFile).toSorted()) {
    const status = await stat(join(folder, name)).catch(() => null);
    if (status?.isFile()) hash.update(`${name}\0${status.size} ${status.mtimeMs} ${status.ino}\n`);
  }
  return { folder, file, hash: hash.update(folder).digest('hex') as ModelHash };
}

/** Aliases that name a version that is there; a file that holds something else counts as none. */
async function aliasesIn(
  folder: string,
  versions: ReadonlyMap<string, FoundVersion>,
): Promise<Readonly<Record<string, string>>> {
  let given: unknown;
  try {
    given = JSON.parse(await readFile(join(folder, aliasFile), 'utf8'));
  } catch {
    return {};
  }
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given)
      .map(([alias, version]) => [alias, String(version)] as const)
      .filter(([alias, version]) => aliasPattern.test(alias) && alias !== 'latest' && versions.has(version)),
  );
}

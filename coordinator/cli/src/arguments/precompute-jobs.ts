import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { PrecomputeJob } from '@murmuration/serving/precompute/job/job';
import { jobsOf } from '@murmuration/serving/precompute/job/jobs-of';
import { placeOf } from '@murmuration/storage/place';
import { loadModule } from './load-module.ts';

export const intoHelp =
  'the database of jobs that name none: postgres://USER@HOST/NAME, or the path of a file of SQLite (default: precomputed.db in the folder MURMURATION_STORAGE, else in ~/.local/share/murmuration)';

/**
 * Returns the database of jobs that name none: `given`, or a file in a folder that only this user can read.
 */
export async function databaseOfJobs(given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { MURMURATION_STORAGE: storage, XDG_DATA_HOME: data } = process.env;
  const isFolder = storage !== undefined && placeOf(storage).kind === 'folder';
  const folder = isFolder ? storage : join(data ?? join(homedir(), '.local', 'share'), 'murmuration');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return join(folder, 'precomputed.db');
}

/** Loads the jobs of a file: JSON, or the default export of a module. Throws `config.invalid`. */
export async function loadJobs(path: string): Promise<readonly PrecomputeJob[]> {
  const value = /\.json$/i.test(path)
    ? await readJson(path)
    : (await loadModule(`file of precompute jobs ${path}`, path)).default;
  return jobsOf(value, path, dirname(resolve(path)));
}

/** Loads the jobs of the export `precompute` of a task's module, if it has one. Throws `config.invalid`. */
export async function loadTaskJobs(path: string): Promise<readonly PrecomputeJob[]> {
  const { precompute } = (await loadModule(`task module ${path}`, path)) as { readonly precompute?: unknown };
  return precompute === undefined
    ? []
    : jobsOf(precompute, `The export "precompute" of ${path}`, dirname(resolve(path)));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new MurmurationError(
      'config.invalid',
      `The file of precompute jobs ${path} can't be read: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

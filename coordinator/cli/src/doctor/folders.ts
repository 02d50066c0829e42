import { mkdtemp, rmdir, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '@murmuration/coordinator/assembly/config';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Unreadable } from '@murmuration/rounds/promotion/readability';
import type { Inspection } from '@murmuration/storage/folder/inspect';
import { placeOf, type StoragePlace } from '@murmuration/storage/place';
import { bytes } from '../output/figures.ts';
import { type Checkup, fault, ok, reason, warning } from './finding.ts';

/** Checks that the dashboard is present. */
export async function checkDashboard(folder: string): Promise<Checkup> {
  const page = join(folder, 'index.html');
  const isBuilt = await stat(page).then(
    found => found.isFile(),
    () => false,
  );
  return isBuilt
    ? ok('dashboard', 'The dashboard is built.')
    : warning(
        'dashboard',
        `The dashboard is not built: there is no ${page}.`,
        'Build it (npm run build), or install the package again, which brings it along.',
      );
}

/** Bytes of free disk space below which there is a warning, and below which writes are about to fail. */
const [scarce, full] = [2 ** 30, 100 * 2 ** 20];

/** Findings about the storage folder, with a flag that it has a valid operator token. */
interface StorageFindings {
  readonly findings: readonly Checkup[];
  readonly hasOperators: boolean;
}

/**
 * Inspects the storage at `now`, in ms since 1970, without changing it; `isRunning`: a coordinator answers at
 * the port.
 */
export async function checkStorage(
  { storage }: Pick<Config, 'storage'>,
  isRunning: boolean,
  now: number,
): Promise<StorageFindings> {
  const only = (...findings: Checkup[]) => ({ findings, hasOperators: false });
  if (storage === undefined)
    return only(
      warning(
        'storage',
        'There is no storage folder: all models and rounds are gone when the coordinator ends.',
        'Name a folder, or a database of PostgreSQL, in "storage" or MURMURATION_STORAGE.',
      ),
    );
  const place = placeOf(storage);
  if (place.kind === 'postgresql') return checkDatabase(storage, place, isRunning, now);
  const folder = resolve(storage);
  const existing = await nearest(folder);
  if (!(await stat(existing)).isDirectory())
    return only(
      fault(
        'storage',
        `${existing} is a file, where the storage has to be a folder.`,
        'Move it, or name another folder in "storage".',
      ),
    );
  try {
    await rmdir(await mkdtemp(join(existing, '.murmuration-doctor-')));
  } catch (error) {
    return only(
      fault(
        'storage',
        `The account of this process can't write to ${existing}: ${reason(error)}.`,
        `Give the folder to the account that runs the coordinator (chown), on a disk that is mounted for writing and has room, or name another folder in "storage".`,
      ),
    );
  }
  const space = await checkSpace(existing);
  if (existing !== folder) return only(ok('storage', `${folder} will be made at the first start.`), space);
  try {
    // Loaded only here, since some platforms lack its native library.
    const { inspectFolder } = await import('@murmuration/storage/folder/inspect');
    const found = await inspectFolder(folder, now);
    return {
      findings: [
        found
          ? describe({ ...place, name: folder }, found, isRunning)
          : ok('storage', `${folder} is empty, and can be written.`),
        ...(found?.unreadable ?? []).map(describeVersion),
        space,
      ],
      hasOperators: found?.hasOperators ?? false,
    };
  } catch (error) {
    return only(
      fault('storage', `The storage in ${folder} can't be opened: ${reason(error)}.`, mendOf(error)),
      space,
    );
  }
}

async function checkDatabase(
  address: string,
  place: StoragePlace,
  isRunning: boolean,
  now: number,
): Promise<StorageFindings> {
  try {
    // Loaded only here: a storage in a folder needs no client of PostgreSQL.
    const { inspectDatabase } = await import('@murmuration/storage/postgresql/inspect');
    const found = await inspectDatabase(address, now);
    return {
      findings: [
        found ? describe(place, found, isRunning) : ok('storage', `${place.name} answers, and is empty.`),
      ],
      hasOperators: found?.hasOperators ?? false,
    };
  } catch (error) {
    const mend =
      error instanceof MurmurationError && error.code === 'config.invalid'
        ? 'Create the database and its user, or correct the address in "storage", which leads to the server itself.'
        : 'Start the server, let this machine reach it, or correct the address in "storage".';
    return { findings: [fault('storage', reason(error), mend)], hasOperators: false };
  }
}

function describe(
  { kind, name }: StoragePlace,
  { isTaken, newer, pending }: Inspection,
  isRunning: boolean,
): Checkup {
  if (newer.length > 0)
    return fault(
      'storage',
      `A newer version of Murmuration wrote ${name} (steps ${newer.join(', ')}).`,
      'Run that version or a newer one, or restore a backup that this version made.',
    );
  if (isTaken) {
    const says = `Another process has ${name}.`;
    return isRunning
      ? ok('storage', `The coordinator that is running has ${name}.`)
      : fault(
          'storage',
          says,
          kind === 'postgresql'
            ? 'Stop that coordinator first, let this one wait for it ("standby"), or name another database in "storage".'
            : 'Stop that coordinator first, or name another folder in "storage".',
        );
  }
  return pending > 0
    ? warning(
        'storage',
        `An older version wrote ${name}; the next start brings it up to date, for good.`,
        kind === 'postgresql'
          ? 'Make a backup before: pg_dump --format=custom.'
          : `Make a backup before: murmuration backup DIR --storage ${name}.`,
      )
    : ok('storage', `${name} is free, up to date, and can be written.`);
}

function describeVersion({ task, number, use, reason }: Unreadable): Checkup {
  const users = use === 'base' ? 'rounds train from' : 'devices serve';
  return fault(
    'versions',
    `Version ${number} of ${task}, which ${users}, can't be read: ${reason.replace(/(?<![.\s])[.\s]+$/, '')}.`,
    `Put the file of a backup in its place, or set an older version once the coordinator runs: murmuration models rollback ${task}@NUMBER.`,
  );
}

function mendOf(error: unknown): string {
  const code = error instanceof MurmurationError ? error.code : undefined;
  if (code === 'storage.corrupt' || code === 'storage.incomplete')
    return 'Restore the newest backup into an empty folder: murmuration restore DIR --storage FOLDER.';
  if (code === 'storage.locked')
    return 'Wait until the other program has let go of the database, and try again.';
  return 'Let the account that runs the coordinator read and write everything in it, on a disk that has room.';
}

async function checkSpace(folder: string): Promise<Checkup> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const says = `The disk of ${folder} has ${bytes(free)} left.`;
  const mend = 'Make room or take a larger disk, and let "retention" delete old versions.';
  if (free < full) return fault('disk', says, mend);
  return free < scarce ? warning('disk', says, mend) : ok('disk', says);
}

/** Returns the path, or its nearest existing ancestor. */
async function nearest(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearest(dirname(path));
}

/** Checks that each served page has been built. */
export async function checkApps({ apps }: Pick<Config, 'apps'>): Promise<readonly Checkup[]> {
  return Promise.all(
    Object.entries(apps).map(async ([path, { folder }]) => {
      const root = resolve(folder);
      const mend = `Build the page, or correct "folder" of "apps" → "${path}".`;
      const kind = (at: string) =>
        stat(at).then(
          found => (found.isDirectory() ? 'folder' : 'file'),
          () => null,
        );
      if ((await kind(root)) !== 'folder')
        return fault('apps', `There is no folder ${root}, from which ${path} is served.`, mend);
      if ((await kind(join(root, 'index.html'))) !== 'file')
        return fault('apps', `There is no index.html in ${root}, from which ${path} is served.`, mend);
      return ok('apps', `The page ${path} is in ${root}.`);
    }),
  );
}

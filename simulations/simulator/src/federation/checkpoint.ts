import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { countedAs, type Work } from '@murmuration/protocol/time/work';
import { openFolder } from '@murmuration/storage/folder/folder';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import type { CommonSettings } from '../scenario/settings.ts';

/** Identity of a run; a checkpoint continues only the same run. */
interface RunIdentity {
  readonly scenario: string;
  readonly settings: CommonSettings;
}

const identityFile = 'run.json';

/**
 * Opens the storage of a run's coordinator: in memory, or in a folder from which the run can be resumed
 * between two rounds. Versions, the strategy's state and records of rounds are durable there; a round under
 * way starts over. Everything else follows from the seed and from the number and the end of the last round.
 * @throws `config.invalid` for a folder of another run, and `storage.*`
 */
export async function runStorage(
  folder: string | undefined,
  identity: RunIdentity,
  clock: Clock,
  work: Work,
): Promise<Stores> {
  if (folder === undefined) return openStorage(undefined, clock);
  await mkdir(folder, { recursive: true });
  await requireSame(folder, identity);
  const durable = await openFolder(join(folder, 'coordinator'), clock);
  const memory = await openStorage(undefined, clock);
  // Virtual time stands still during writes.
  const blobs = countedAs(work, durable.blobs);
  const history = countedAs(work, durable.history);
  return { ...memory, blobs, history, close: () => durable.close() };
}

async function requireSame(folder: string, identity: RunIdentity): Promise<void> {
  const file = join(folder, identityFile);
  const ours = comparable(identity);
  let kept: unknown;
  try {
    kept = comparable(JSON.parse(await readFile(file, 'utf8')) as RunIdentity);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new MurmurationError('config.invalid', `The checkpoint's ${file} can't be read: ${error}`);
    await writeFile(file, JSON.stringify(ours, null, 2));
    return;
  }
  if (isDeepStrictEqual(kept, ours)) return;
  throw new MurmurationError(
    'config.invalid',
    `The checkpoint in ${folder} is of another run: ${file} has its scenario and settings. Choose another folder, or the same settings.`,
  );
}

/** Leaves out what may change on resuming: when the run stops, and how many clients it compares. */
function comparable({ scenario, settings }: RunIdentity): unknown {
  const { stop: _, evaluation, ...rest } = settings;
  const { clients: __, ...evaluated } = evaluation;
  return JSON.parse(JSON.stringify({ scenario, settings: { ...rest, evaluation: evaluated } }));
}

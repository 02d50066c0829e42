import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { canMount, fill, mountSmall, unfill, unmount } from '../small-disk.ts';
import { type Scene, scenes } from './scene.ts';

const cleanUp: (() => unknown)[] = [];
// Hooks run in reverse: scenes are closed before what they are stored in is removed.
afterEach(async () => {
  for (const clean of cleanUp.splice(0)) await clean();
});
const open = scenes(afterEach);

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-faults-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What comes of `work` while time passes: what could not be written is tried again after a second. */
async function inTime<Result>({ clock }: Scene, work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const result = work.finally(() => {
    isOver = true;
  });
  while (!isOver) await clock.advance(100);
  return result;
}

/** Both members send their updates: one alone would wait for another, since none is written down by itself. */
async function putBoth(scene: Scene, parts: readonly Assignment[]): Promise<unknown[]> {
  const update = await scene.update();
  const answers = parts.map((part, i) => scene.members[i]!.upload(part, update));
  return (await inTime(scene, Promise.all(answers))).map(({ body }) => body.code ?? 'taken');
}

/** Time passes faster than devices work: no deadline is to come of that. */
const task = { deadlines: { updates: '1000 h' } } as const;
const published = { outcome: 'published', tally: { cohort: 5, accepted: 5, lost: 0 } };

describe.runIf(canMount)('a full disk', { tags: 'small-disk' }, () => {
  it('lets devices try again, and their round is published once there is room', async () => {
    const small = mountSmall()!;
    cleanUp.push(() => unmount(small));
    const scene = await open({ members: 2, task, config: { storage: small }, storageFails: true });
    const parts = await scene.begin();
    await fill(small);
    expect(await putBoth(scene, parts)).toEqual(['storage.full', 'storage.full']);
    await unfill(small);
    expect(await putBoth(scene, parts)).toEqual(['taken', 'taken']);
    expect(await inTime(scene, scene.finish())).toMatchObject(published);
  });
});

describe('a database that another program has locked', () => {
  it('holds up the end of a round, which is published once the lock is gone', async () => {
    const folder = await makeFolder();
    const scene = await open({ members: 2, task, config: { storage: folder }, storageFails: true });
    const parts = await scene.begin();
    const other = await Connection.open(join(folder, 'murmuration.db'), { busyTimeout: 0 });
    await other.exec('begin immediate');
    expect(await putBoth(scene, parts)).toEqual(['taken', 'taken']);
    const record = inTime(scene, scene.finish());
    await scene.phase('closing');
    await other.exec('rollback');
    other.close();
    expect(await record).toMatchObject(published);
  });
});

describe('a storage that may only be read', () => {
  /** What is there, in front of which each write is refused while `isReadOnly`. */
  function guarded(storage: Stores): Stores & { isReadOnly: boolean } {
    const allowed = async <Result>(write: () => Promise<Result>): Promise<Result> => {
      if (guard.isReadOnly) throw new MurmurationError('storage.read-only', 'Nothing can be written.');
      return write();
    };
    const guard: Stores & { isReadOnly: boolean } = {
      ...storage,
      isReadOnly: false,
      rounds: {
        begin: terms => allowed(() => storage.rounds.begin(terms)),
        append: (round, entries) => allowed(() => storage.rounds.append(round, entries)),
        checkpoint: (...args) => allowed(() => storage.rounds.checkpoint(...args)),
        underWay: () => storage.rounds.underWay(),
      },
    };
    return guard;
  }

  it('acknowledges nothing, and goes on with the round once it may be written again', async () => {
    const storage = guarded(await openStorage(await makeFolder(), systemClock));
    cleanUp.unshift(() => storage.close());
    const scene = await open({ members: 2, task, surroundings: { storage }, storageFails: true });
    const parts = await scene.begin();
    storage.isReadOnly = true;
    expect(await putBoth(scene, parts)).toEqual(['storage.read-only', 'storage.read-only']);
    expect(await putBoth(scene, parts)).toEqual(['storage.read-only', 'storage.read-only']);
    storage.isReadOnly = false;
    expect(await putBoth(scene, parts)).toEqual(['taken', 'taken']);
    expect(await inTime(scene, scene.finish())).toMatchObject(published);
  });
});

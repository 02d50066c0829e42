import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { growingTask } from '@murmuration/rounds/vocabulary/growing-task';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const query = defineQuery({ name: 'new-words', kind: 'heavy-hitters', threshold: 3, bytes: 16 });
const name = 'keyboard' as TaskName;

const task = () =>
  growingTask(['see', 'you'], { query: 'new-words', most: 4, atOnce: 2 }, words => ({
    name,
    model: () =>
      nextWordModel({ vocabulary: firstWordId + words.length, embedding: 4, gru: 4, dense: null }, 1),
    plan: { learningRate: 0.1 },
    update: { clip: 15, bits: 8 },
    masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
    cohort: { goal: 5, minimum: 3, overSelection: 1 },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    queries: [query],
  }));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-grown-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const killed = new Error('killed');

/** A coordinator that starts over what those before it have stored, and is killed at a write; says the words and versions that it has. */
async function start(kill: (storage: Stores) => Stores = storage => storage) {
  const storage = await openStorage(folder, systemClock);
  try {
    const config = parseConfig({ port: 0, log: 'silent', openEnrolment: true });
    const coordinator = await createCoordinator(config, [task()], {
      clock: systemClock,
      random: systemRandom,
      storage: kill(storage),
    });
    try {
      const answer = await fetch(`${coordinator.url}/v1/tasks/keyboard/vocabulary`);
      const { words } = (await answer.json()) as { words: string[] };
      const versions = await storage.history.versions(name, Number.POSITIVE_INFINITY, 10);
      return { words, versions: versions.map(({ vocabulary }) => vocabulary!.words) };
    } finally {
      await coordinator.stop();
    }
  } finally {
    await storage.close();
  }
}

/** Kills before the write of a version, or right after it. */
const at =
  (when: 'before' | 'after') =>
  (storage: Stores): Stores => ({
    ...storage,
    history: {
      ...storage.history,
      async commit(ended) {
        if (when === 'after') await storage.history.commit(ended);
        throw killed;
      },
    },
  });

describe('a coordinator whose vocabulary grows', () => {
  it.each(['before', 'after'] as const)(
    'VG5, VG11: that is killed %s it has written the version that grew, loses no word and doubles none',
    async when => {
      expect(await start()).toEqual({ words: ['see', 'you'], versions: [2] });
      const storage = await openStorage(folder, systemClock);
      await storage.addedWords.put({ task: name, words: ['brighton', 'omw'], addedAt: 1, addedBy: 'Ada' });
      await storage.close();
      await expect(start(at(when))).rejects.toBe(killed);
      const grown = { words: ['see', 'you', 'brighton', 'omw'], versions: [4, 2] };
      expect(await start()).toEqual(grown);
      expect(await start()).toEqual(grown);
    },
  );
});

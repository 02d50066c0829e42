import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { growingTask } from '@murmuration/rounds/task/growing-task';
import { openStorage, type Storage } from '@murmuration/storage/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const query = defineQuery({ name: 'new-words', kind: 'heavy-hitters', threshold: 3, bytes: 16 });
const name = 'keyboard' as TaskName;

/** A task that adds words by itself; `rows`: of its model, where it has not one for each word. */
const taskOf = (rows?: number) =>
  growingTask(['see', 'you'], { query: 'new-words', most: 4, atOnce: 2, byItself: true }, words => ({
    name,
    model: () =>
      nextWordModel(
        { vocabulary: firstWordId + (rows ?? words.length), embedding: 4, gru: 4, dense: null },
        1,
      ),
    plan: { learningRate: 0.1 },
    update: { clip: 15, bits: 8 },
    masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
    cohort: { goal: 5, minimum: 3, overSelection: 1 },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    queries: [query],
  }));

/** What a round has found. */
function found(words: Readonly<Record<string, number>>) {
  const endedAt = Date.now();
  const common = {
    task: name,
    round: 'round'.padEnd(22, '-') as RoundId,
    number: 2,
    startedAt: endedAt - 40_000,
    endedAt,
  };
  const texts = Object.entries(words).map(([text, devices]) => {
    const value = devices / 40;
    return { text, devices, share: { value, low: value, high: value } };
  });
  const round = {
    ...common,
    planVersion: 1,
    base: '0'.repeat(64) as ModelHash,
    query: query.name,
    model: null,
    tally: { cohort: 40, accepted: 40, rejected: 0, late: 0, lost: 0 },
    metrics: null,
    traffic: { up: 0, down: 0 },
    phases: [],
    errors: {},
    outcome: 'published',
    failure: null,
  } as RoundRecord;
  const figures = { kind: 'heavy-hitters', texts, unread: 0, chance: 1 } as const;
  return { round, result: { ...common, query, devices: 40, figures, failure: null } };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-grown-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const killed = new Error('killed');

/** A coordinator that starts over what those before it have stored, and is killed at a write; says the words and versions that it has. */
async function start(task = taskOf(), kill: (storage: Storage) => Storage = storage => storage) {
  const storage = await openStorage(folder, systemClock);
  try {
    const config = parseConfig({ port: 0, log: 'silent', openEnrolment: true });
    const coordinator = await createCoordinator(config, [task], {
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

async function find(words: Readonly<Record<string, number>>): Promise<void> {
  const storage = await openStorage(folder, systemClock);
  await storage.history.commit(found(words));
  await storage.close();
}

/** Kills before a write of one of the stores, or right after it. */
function at(store: 'addedWords' | 'history', method: 'put' | 'commit', when: 'before' | 'after') {
  return (storage: Storage): Storage => {
    const inner = storage[store] as unknown as Record<string, (value: unknown) => Promise<void>>;
    const write = async (value: unknown) => {
      if (when === 'after') await inner[method]!(value);
      throw killed;
    };
    return { ...storage, [store]: { ...inner, [method]: write } };
  };
}

describe('a coordinator whose vocabulary grows', () => {
  it.each([
    ['addedWords', 'put', 'before'],
    ['addedWords', 'put', 'after'],
    ['history', 'commit', 'before'],
    ['history', 'commit', 'after'],
  ] as const)(
    'VG5, VG11: that is killed at %s.%s, %s it, loses no word and doubles none',
    async (store, method, when) => {
      expect(await start()).toEqual({ words: ['see', 'you'], versions: [2] });
      await find({ brighton: 9, omw: 8, lol: 7 });
      await expect(start(taskOf(), at(store, method, when))).rejects.toBe(killed);
      const grown = { words: ['see', 'you', 'brighton', 'omw'], versions: [4, 2] };
      expect(await start()).toEqual(grown);
      expect(await start()).toEqual(grown);
    },
  );

  it('VG11: starts with the words that it had where its model has no rows for those that were found', async () => {
    await start(taskOf(2));
    await find({ brighton: 9 });
    for (let time = 0; time < 2; time++)
      expect(await start(taskOf(2))).toEqual({ words: ['see', 'you'], versions: [2] });
    expect(await start(taskOf())).toEqual({ words: ['see', 'you', 'brighton'], versions: [3, 2] });
  });
});

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { fileStorage, nodePlatform } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clockFrom, leftBehind } from '../left-behind.ts';
import { command } from './kept-commands.ts';
import { eventOf, lineOptions, lineTask } from './line.ts';

const minute = '1 min';
const masked: Partial<TaskDefinition> = {
  plan: { learningRate: 0.1, epochs: 1, batchSize: 4, maxExamples: 100 },
  update: { clip: 1, bits: 16, weighting: 'uniform' },
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 4, minimum: 4, overSelection: 1 },
  deadlines: {
    gathering: minute,
    messages: minute,
    updates: minute,
  },
};
const spread = defineQuery({
  name: 'spread',
  kind: 'histogram',
  bins: { edges: [0, 2, 4] },
  threshold: 3,
  quantiles: [0.5],
});
const budget = { epsilon: 8, delta: 1e-6, rounds: 6 };
/** As fixtures/0.2.0-a3e480f6/make.mjs has them. */
const tasks = [
  lineTask({
    ...masked,
    name: 'asked',
    queries: [{ query: spread, every: '30 d' }],
    deadlines: { ...masked.deadlines, gathering: '5 s' },
  }),
  lineTask({ ...masked, name: 'spent', privacy: { ...budget, rounds: 2 } }),
  lineTask({ ...masked, name: 'blt', privacy: { ...budget, noise: 'blt' } }),
  lineTask({ ...masked, name: 'skellam', privacy: { ...budget, noise: 'skellam' } }),
];

/** Answers of the coordinator that wrote what is opened. */
interface Told {
  readonly experiment: { readonly createdAt: string; readonly arms: readonly { readonly value: object }[] };
  readonly queries: { readonly results: readonly { readonly figures: object }[] };
  readonly privacy: Readonly<Record<string, { readonly steps: number; readonly spent: { epsilon: number } }>>;
  readonly tasks: readonly { readonly task: string; readonly last: { readonly number: number } }[];
}

/** A storage that the commit a3e480f6 wrote, opened by today's code; `place` says where it is once it is unpacked. */
export function upgradeHolds(name: string, place: (folder: string) => Promise<string>): void {
  let folder: string;
  let storage: string;
  let told: Told;
  let tokens: { readonly admin: string; readonly inference: string };
  let clock: Clock;
  let coordinator: Coordinator | undefined;
  const clients: PlatformClient[] = [];
  const records: RoundRecord[] = [];

  async function open(): Promise<Coordinator> {
    const written = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    const config = parseConfig({ ...written, storage });
    coordinator = await createCoordinator(config, tasks, { clock, random: systemRandom });
    coordinator.events.on('fault', (where, error) => expect.fail(`${where}: ${error}`));
    coordinator.events.on('round-ended', record => records.push(record));
    return coordinator;
  }

  beforeAll(async () => {
    folder = await leftBehind(name);
    storage = await place(folder);
    told = JSON.parse(await readFile(join(folder, 'told.json'), 'utf8'));
    tokens = JSON.parse(await readFile(join(folder, 'tokens.json'), 'utf8'));
    clock = clockFrom(Date.parse(told.experiment.createdAt) + 5_000);
  });
  afterAll(async () => {
    for (const client of clients) await client.stop();
    await coordinator?.stop();
    await rm(folder, { recursive: true });
  });

  const ask = async (path: string, { method = 'GET', token = tokens.admin } = {}) => {
    const response = await fetch(coordinator!.url + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
    });
    expect([path, response.ok]).toEqual([path, true]);
    return response.json();
  };
  const privacyOf = (task: string) => ask(`/v1/admin/tasks/${task}/privacy`);

  async function doctor() {
    const file = join(folder, 'murmuration.json');
    await writeFile(file, JSON.stringify({ port: 0, storage }));
    const { code, output, errors } = await command(['doctor', '--config', file, '--json']);
    expect([code, errors]).toEqual([0, '']);
    return JSON.parse(output).findings as { check: string; state: string; says: string }[];
  }

  it('passes doctor, which says that it will be upgraded', async () => {
    const found = (await doctor()).find(({ check, state }) => check === 'storage' && state === 'warning');
    expect(found?.says).toMatch(/older version/);
  });

  it('has all rounds, versions, privacy spent, answers to queries, experiments and what operators did', async () => {
    await open();
    for (const [task, { steps, spent }] of Object.entries(told.privacy)) {
      const now = await privacyOf(task);
      expect([task, now.steps]).toEqual([task, steps]);
      // The same steps are accounted for anew: the last bits are those of today's root finder.
      expect(now.spent.epsilon).toBeGreaterThanOrEqual(spent.epsilon * (1 - 1e-14));
      expect(now.spent.epsilon).toBeCloseTo(spent.epsilon, 6);
    }
    const { results } = await ask('/v1/admin/tasks/asked/queries/spread');
    expect(results.map(({ figures }: { figures: object }) => figures)).toEqual(
      told.queries.results.map(({ figures }) => figures),
    );
    const experiment = await ask('/v1/admin/tasks/asked/experiments/newer');
    expect(experiment.outcome).toBe('running');
    expect(experiment.arms.map(({ value }: { value: object }) => value)).toEqual(
      told.experiment.arms.map(({ value }) => value),
    );
    const { tasks: now } = await ask('/v1/admin/overview');
    for (const { task, last } of told.tasks) {
      const found = now.find((each: { task: string }) => each.task === task);
      expect(found.isPaused).toBe(true);
      expect(found.last.number).toBeGreaterThanOrEqual(last.number);
    }
    const { entries } = await ask('/v1/admin/audit');
    const actions = entries.map(({ action }: { action: string }) => action);
    expect(actions.filter((action: string) => action === 'task.pause')).toHaveLength(4);
    expect(actions).toContain('experiment.start');
    for (const { number } of (await ask('/v1/admin/tasks/blt/versions')).versions)
      await ask(`/v2/models/blt/versions/${number}`, { token: tokens.inference });
  });

  it('goes on with its devices, spends more of what is left, asks no query again, and begins nothing that is spent', async () => {
    for (let index = 0; index < 4; index++) {
      const options = lineOptions(
        coordinator!.url,
        index,
        fileStorage(join(folder, 'devices', String(index))),
      );
      const line = options.tasks.line!;
      const client = new PlatformClient(
        {
          ...options,
          tasks: {
            asked: { ...line, answers: { spread: { kinds: ['histogram'], answer: () => index } } },
            spent: line,
            blt: line,
            skellam: line,
          },
        },
        { ...nodePlatform, clock },
      );
      clients.push(client);
      await client.start();
    }
    await coordinator!.start();
    await ask('/v1/admin/tasks/spent/resume', { method: 'POST' });
    // Devices have answered it in its period, whoever wants it again.
    await ask('/v1/admin/tasks/asked/queries/spread/run', { method: 'POST' });
    for (const task of ['blt', 'skellam', 'asked']) {
      const published = eventOf(
        coordinator!.events,
        'round-ended',
        (record: RoundRecord) => record.task === task && record.outcome === 'published',
      );
      await ask(`/v1/admin/tasks/${task}/resume`, { method: 'POST' });
      const [{ number, query }] = (await published) as [RoundRecord];
      await ask(`/v1/admin/tasks/${task}/pause`, { method: 'POST' });
      const before = told.tasks.find(each => each.task === task)!.last.number;
      expect(number).toBeGreaterThan(before);
      expect(query).toBeUndefined();
    }
    expect(records.filter(({ task }) => task === 'spent')).toEqual([]);
    // Nobody took part in what was asked again.
    for (const { query, tally } of records) if (query) expect(tally.cohort).toBe(0);
    const { results } = await ask('/v1/admin/tasks/asked/queries/spread');
    expect(results.filter(({ figures }: { figures: object | null }) => figures)).toHaveLength(1);
    for (const client of clients.splice(0)) await client.stop();
    await coordinator!.stop();
    // Opened again, it has all that.
    await open();
    for (const task of ['blt', 'skellam']) {
      const now = await privacyOf(task);
      expect(now.steps).toBeGreaterThan(told.privacy[task]!.steps);
      expect(now.spent.epsilon).toBeGreaterThan(told.privacy[task]!.spent.epsilon);
    }
    expect(await privacyOf('spent')).toMatchObject({ isSpent: true, steps: 2 });
  });

  it('passes doctor afterwards', async () => {
    await coordinator!.stop();
    coordinator = undefined;
    const found = (await doctor()).filter(({ check }) => check === 'storage');
    expect(found.map(({ state }) => state)).toEqual(['ok']);
  });
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FederatedClient } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { Query } from '@murmuration/protocol/queries/query';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { onDevices } from '@murmuration/rounds/evaluation/on-devices';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, describe, expect, test } from 'vitest';
import { command } from './kept-commands.ts';
import { enrolmentToken, lineOptions, lineTask } from './line.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const spread = defineQuery({
  name: 'spread',
  kind: 'histogram',
  bins: { edges: [0, 2, 4] },
  threshold: 3,
  quantiles: [0.5],
});

describe('queries over real sockets', () => {
  test('QY1 QY5 QY7: are answered by the devices whose apps allow them, and a restart has what they said', async () => {
    const storage = await mkdtemp(join(tmpdir(), 'murmuration-queries-'));
    cleanUp.push(() => rm(storage, { recursive: true }));
    const task = lineTask({
      masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
      cohort: { goal: 4, minimum: 3, overSelection: 1 },
      // Nobody is lost: rounds go on as soon as everybody has answered.
      deadlines: { gathering: '2 min', messages: '2 min', updates: '2 min' },
      queries: [{ query: spread, every: '1 h' }],
    } as Partial<TaskDefinition>);
    const config = parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent', storage });
    const coordinator = await createCoordinator(config, [task], { clock: systemClock, random: systemRandom });
    let isStopped = false;
    const stop = async () => {
      if (!isStopped) await coordinator.stop();
      isStopped = true;
    };
    cleanUp.push(stop);
    const ended = new Promise<RoundRecord[]>(resolve => {
      const records: RoundRecord[] = [];
      coordinator.events.on('round-ended', record => {
        if (records.push(record) === 2) resolve(records);
      });
    });
    const errors: unknown[] = [];
    const refusing = 4;
    for (let index = 0; index < 6; index++) {
      const options = lineOptions(coordinator.url, index);
      const client = new FederatedClient({
        ...options,
        tasks: {
          line: {
            ...options.tasks.line!,
            ...(index < refusing && {
              answers: { spread: { kinds: ['histogram'], answer: () => index } },
            }),
          },
        },
      });
      client.on('error', error => errors.push(error));
      cleanUp.push(() => client.stop());
      await client.start();
    }
    await coordinator.start();
    // Training goes on after the query.
    expect((await ended).map(({ outcome, query }) => [outcome, query])).toEqual([
      ['published', 'spread'],
      ['published', undefined],
    ]);
    expect(errors).toEqual([]);
    const {
      code,
      output,
      errors: said,
    } = await command(['rounds', 'line'], {
      MURMURATION_TOKEN: '',
      MURMURATION_URL: coordinator.url,
    });
    expect([code, said]).toEqual([0, '']);
    // The round of a query publishes nothing.
    expect(output).toMatch(/line +2 +published/);
    expect(output).toMatch(/line +1 +answered/);
    await stop();
    const reopened = await openStorage(storage, systemClock);
    cleanUp.push(() => reopened.close());
    const [result] = await reopened.queryResults.results('line' as TaskName, 'spread', 99, 9);
    expect(result).toMatchObject({
      devices: 4,
      figures: { bins: [{ count: 0 }, { count: 2 }, { count: 2 }, { count: 0 }] },
    });
  });

  test('QY10 QY13: get noise by devices, whose budget is kept, and metrics that devices have measured', async () => {
    const dark = defineQuery({
      name: 'dark',
      kind: 'count',
      threshold: 3,
      privacy: { epsilon: 8, delta: 1e-5, rounds: 2 },
    });
    const metrics = [{ metric: 'error', least: 0, most: 10, better: 'lower' }] as const;
    const task = lineTask({
      masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
      cohort: { goal: 4, minimum: 3, overSelection: 1 },
      deadlines: { gathering: '2 min', messages: '2 min', updates: '2 min' },
      queries: [{ query: dark, every: '1 h' }],
      evaluation: onDevices({ every: '1 h', threshold: 3, metrics }),
    } as Partial<TaskDefinition>);
    const storage = await mkdtemp(join(tmpdir(), 'murmuration-noise-'));
    cleanUp.push(() => rm(storage, { recursive: true }));
    const config = parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent', storage });
    const coordinator = await createCoordinator(config, [task], { clock: systemClock, random: systemRandom });
    let isStopped = false;
    const stop = async () => {
      if (!isStopped) await coordinator.stop();
      isStopped = true;
    };
    cleanUp.push(stop);
    const ended = new Promise<RoundRecord[]>(resolve => {
      const records: RoundRecord[] = [];
      coordinator.events.on('round-ended', record => {
        if (records.push(record) === 2) resolve(records);
      });
    });
    const errors: unknown[] = [];
    for (let index = 0; index < 4; index++) {
      const options = lineOptions(coordinator.url, index);
      const measured = (query: Query) => {
        if (query.kind !== 'evaluation') return undefined;
        const versions = Object.fromEntries(query.versions.map(version => [version, { error: index }]));
        return { all: { examples: 10, versions } };
      };
      const client = new FederatedClient({
        ...options,
        tasks: {
          line: {
            ...options.tasks.line!,
            answers: {
              dark: { kinds: ['count'], answer: () => true },
              evaluation: { kinds: ['evaluation'], answer: measured },
            },
          },
        },
      });
      client.on('error', error => errors.push(error));
      cleanUp.push(() => client.stop());
      await client.start();
    }
    await coordinator.start();
    expect((await ended).map(({ outcome, query }) => [outcome, query])).toEqual([
      ['published', 'dark'],
      ['published', 'evaluation'],
    ]);
    expect(errors).toEqual([]);
    const shown = async (...words: string[]) => {
      const { output } = await command(words, { MURMURATION_TOKEN: '', MURMURATION_URL: coordinator.url });
      return output;
    };
    expect(await shown('models', 'show', 'line@0')).toContain('error 1.5; 4 devices, 40 examples');
    await stop();
    const reopened = await openStorage(storage, systemClock);
    cleanUp.push(() => reopened.close());
    const [result] = await reopened.queryResults.results('line' as TaskName, 'dark', 99, 9);
    expect(result).toMatchObject({
      devices: 4,
      figures: { kind: 'count', noise: expect.any(Number) },
      privacy: { step: 0, statement: { holds: true, noiseBy: 'device' } },
    });
    expect(await reopened.privacy.queryBudgets('line' as TaskName)).toMatchObject([
      { query: 'dark', steps: 1, counted: [4] },
    ]);
  });
});

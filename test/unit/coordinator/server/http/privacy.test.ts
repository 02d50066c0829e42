import type { Overview } from '@murmuration/api/overview';
import { privacyBudget } from '@murmuration/api/privacy';
import type { Versions } from '@murmuration/api/version';
import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { deviceId, layout } from '../federation.ts';
import { openAdmin } from './admin.ts';

const task: Partial<TaskDefinition> = {
  update: { kind: 'ring', clip: 1, weighting: 'uniform' },
  cohort: { goal: 2, minimum: 2, overSelection: 1 },
  schedule: { every: '10 min' },
  privacy: { epsilon: 4, delta: 1e-5, rounds: 2 },
};
const random = seededRandom(5);

async function open(change: Partial<TaskDefinition> = task) {
  const admin = await openAdmin({ task: change });
  const { rounds, clock, channel } = admin;
  const get = async <Body>(path: string): Promise<Body> =>
    (await admin.ask('GET', path, 'viewer')).body as Body;
  await rounds.start();
  return {
    ...admin,
    get,
    async playRound() {
      for (const i of [0, 1]) admin.checkIn(deviceId(i));
      await clock.advance(0);
      for (const assignment of channel.assignments.values()) {
        const delta = Float32Array.of(0.1, 0, 0, 0);
        const update = prepareUpdate({ delta, examples: 9, layout }, assignment, random);
        void rounds.current!.accept(assignment.assignment, update);
      }
      await clock.advance(0);
      await clock.advance(10 * 60_000);
    },
  };
}

describe('the privacy of a task, as operators see it', () => {
  it('is what the budget allows, what is spent, and on what that stands', async () => {
    const { get, playRound, rounds } = await open();
    const before = privacyBudget.parse(await get('/tasks/values/privacy'));
    expect(before).toMatchObject({
      epsilon: 4,
      steps: 0,
      rounds: 2,
      isSpent: false,
      noiseBy: 'coordinator',
      moreNoise: null,
      noise: null,
      history: [],
    });
    expect(before.spent.epsilon).toBe(0);
    await playRound();
    const after = privacyBudget.parse(await get('/tasks/values/privacy'));
    expect(after).toMatchObject({ steps: 1, isSpent: false, history: [{ number: 1 }] });
    expect(after.spent).toMatchObject({
      reason: null,
      unit: 'device',
      adjacency: 'zero-out',
      noiseBy: 'coordinator',
      enforcedBy: ['coordinator', 'device'],
      rounds: 1,
      separation: 1,
      participations: 1,
    });
    expect(after.spent.epsilon).toBe(after.history[0]?.epsilon);
    expect(after.spent.text).toContain('at δ = 1e-5 for each device');
    expect(after.noise).toMatch(/^In the last round the noise (is [\d,.]+ of|hides) the mean update/);
    await rounds.stop();
  });

  it('is with each version, for operators and for everybody, and in the overview', async () => {
    const { get, playRound, rounds } = await open();
    await playRound();
    const { versions } = await get<Versions>('/tasks/values/versions');
    expect(versions[0]).toMatchObject({ number: 1, privacy: { step: 0, statement: { delta: 1e-5 } } });
    expect(versions[1]).toMatchObject({ number: 0, privacy: null });
    const [overview] = (await get<Overview>('/overview')).tasks;
    expect(overview).toMatchObject({
      privacy: { epsilon: 4, spent: versions[0]!.privacy!.statement.epsilon, steps: 1, rounds: 2 },
    });
    await rounds.stop();
  });

  it('has the parameters of BLT noise, and how much of it there is beside BISR', async () => {
    const { get, playRound, rounds } = await open({
      ...task,
      privacy: {
        ...{ epsilon: 4, delta: 1e-5, rounds: 60, separation: 20 },
        noise: 'blt',
      },
    });
    await playRound();
    const number = expect.any(Number);
    await expect
      .poll(() => get('/tasks/values/privacy'))
      .toMatchObject({
        blt: { theta: [number, number], omega: [number, number] },
        bands: 60,
        moreNoise: number,
      });
    await rounds.stop();
  });

  it('says that rounds wait for another budget once it is spent', async () => {
    const { get, playRound, rounds, ask } = await open();
    for (let round = 0; round < 2; round++) await playRound();
    expect(await get('/tasks/values/privacy')).toMatchObject({ steps: 2, isSpent: true });
    const [overview] = (await get<Overview>('/overview')).tasks;
    expect(overview).toMatchObject({
      nextRoundAt: null,
      waitsFor: { what: 'budget', devices: 0, until: null },
    });
    const begun = await ask('POST', '/tasks/values/start-round', 'operator');
    expect(begun.body).toMatchObject({ code: 'privacy.spent', status: 409 });
    await rounds.stop();
  });

  it('is null without a budget', async () => {
    const { get, rounds } = await open({});
    expect(await get('/tasks/values/privacy')).toBeNull();
    expect((await get<Overview>('/overview')).tasks[0]?.privacy).toBeNull();
    expect(await get('/tasks/other/privacy')).toMatchObject({ code: 'task.unknown' });
    await rounds.stop();
  });
});

import { type NewExperiment, newExperiment } from '@murmuration/api/experiment';
import { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { assigned } from '@murmuration/serving/experiments/assignment';
import type { ArmWindow } from '@murmuration/serving/monitor/arm-window';
import type { End } from '@murmuration/serving/server/events';
import { folderModels } from '@murmuration/serving/source/folder';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { gated, name, openGated } from '../../unit/coordinator/lifecycle/gated-task.ts';
import { HeldRuntime } from '../../unit/serving/server/held-runtime.ts';
import { ModelFolder } from '../../unit/serving/server/models.ts';
import { openWorld } from '../../unit/serving/server/world.ts';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

const terms: NewExperiment = {
  name: 'smaller',
  kind: 'ab',
  planned: 200,
  arms: [
    { name: 'control', version: 2 },
    { name: 'small', version: 3 },
  ],
};

/** A running experiment on two versions of a task. */
async function begin(more: Partial<NewExperiment> = {}) {
  const world = await openGated(null, {});
  for (const top1 of [0.5, 0.6, 0.7]) world.moments.versionStored(await world.commit({ top1 }));
  await settled();
  const task = gated(null);
  const experiments = new Experiments({
    taskOf: () => task,
    versionAliases: world.versionAliases,
    history: world.storage.history,
    store: world.storage.experiments,
    queryResults: world.storage.queryResults,
    moments: world.moments,
    events: world.events,
    clock: world.clock,
    random: seededRandom(5),
    isMeasured: true,
  });
  world.moments.join({ experiments });
  await experiments.open();
  cleanUp.push(async () => {
    await experiments.close();
    await world.close();
  });
  await experiments.create(name, newExperiment.parse({ ...terms, ...more }), 'Ada');
  const found = () => experiments.find(name, 'smaller');
  return { experiments, found, served: () => experiments.served(name)[0]! };
}

/** The inference server that answers its requests, and holds each until it is told to go on. */
async function serve({ experiments }: Awaited<ReturnType<typeof begin>>) {
  const held = new HeldRuntime();
  const folder = await ModelFolder.create();
  cleanUp.push(() => folder.remove());
  const clock = new VirtualClock();
  for (const version of [2, 3])
    await folder.putEcho(name, version, [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }]);
  const models = await folderModels(folder.path, clock);
  const ends: End[] = [];
  const world = await openWorld(
    async () => {},
    { deadline: 30_000 },
    {
      clock,
      runtimes: [held],
      source: Object.assign(models, { experiments: () => experiments.served(name) }),
      monitor: {
        window: ({ arms = [] }) => experiments.arms(arms),
        counting: () => 'nothing',
        feedback: async () => 'joined',
        close: async () => {},
      },
      events: { answered: ({ end }) => ends.push(end) },
    },
  );
  cleanUp.push(() => world.close());
  const ask = (key: string, parameters = {}, signal?: AbortSignal) =>
    fetch(`${world.url}/v2/models/${name}/infer`, {
      method: 'POST',
      headers: { 'x-murmuration-key': key },
      body: JSON.stringify({
        parameters,
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 1] }],
      }),
      ...(signal && { signal }),
    }).then(
      response => response.status,
      () => 0,
    );
  return { ...world, held, clock, ends, ask };
}

describe('a caller of an inference server', () => {
  it('that knows the arm of each key, and gives up, or leaves, in one of them alone, makes no version fail', async () => {
    const running = await begin();
    const { held, clock, ends, ask } = await serve(running);
    const served = running.served();
    const arms = new Map<string, number>();
    for (let at = 0; (arms.get('small') ?? 0) < 80 || (arms.get('control') ?? 0) < 80; at++) {
      const key = `person ${at}`;
      const { arm } = assigned(served, key)!;
      arms.set(arm, (arms.get(arm) ?? 0) + 1);
      if (arm === 'control') {
        expect(await ask(key)).toBe(200);
        continue;
      }
      held.isHeld = true;
      const gone = new AbortController();
      const isLeaving = at % 2 === 0;
      const answer = ask(key, isLeaving ? {} : { timeout: 1_000 }, gone.signal);
      await expect.poll(() => held.waiting, { interval: 1 }).toBe(1);
      if (isLeaving) gone.abort();
      else await clock.advance(1);
      expect(await answer).toBe(isLeaving ? 0 : 504);
      held.isHeld = false;
      held.release();
      await expect.poll(() => ends.length, { interval: 1 }).toBe(at + 1);
    }
    await clock.advance(1_000);
    await running.experiments.look();
    const { experiment, tally } = await running.found();
    expect([experiment.outcome, experiment.reason]).toEqual(['running', null]);
    expect(tally.of('small').failed).toMatchObject({ n: arms.get('small'), sum: 0 });
    expect(new Set(ends)).toEqual(new Set(['answered', 'left']));
  });

  it('is no excuse for a version that keeps everybody waiting until the deadline of the server', async () => {
    const running = await begin();
    const { held, clock, ends, ask } = await serve(running);
    held.isHeld = true;
    const answer = ask('person 1', { timeout: 60_000_000 });
    await expect.poll(() => held.waiting, { interval: 1 }).toBe(1);
    await clock.advance(30_000);
    expect([await answer, ends]).toEqual([504, ['failed']]);
    held.isHeld = false;
    held.release();
  });
});

/** What a replica says that has seen a request of each of these keys. */
function window(
  { served }: Awaited<ReturnType<typeof begin>>,
  keys: Iterable<string>,
  isBad: (arm: string) => boolean,
): readonly ArmWindow[] {
  const split = served();
  return Array.from(keys, key => {
    const { arm, unit, experiment } = assigned(split, key)!;
    const failed = isBad(arm);
    const units = [{ unit, failed, ms: 3 }];
    return { experiment, arm, requests: 1, failures: failed ? 1 : 0, agreed: 0, dropped: 0, units };
  });
}

function* keys(count: number, of: (at: number) => string): Generator<string> {
  for (let at = 0; at < count; at++) yield of(at);
}

describe('whoever fills an experiment', () => {
  it('with one key that fails a thousand times counts once for its guard', async () => {
    const running = await begin();
    running.experiments.arms(
      window(
        running,
        keys(300, at => `person ${at}`),
        () => false,
      ),
    );
    const bad = [...keys(100, at => `other ${at}`)].find(
      key => assigned(running.served(), key)!.arm === 'small',
    )!;
    running.experiments.arms(
      window(
        running,
        keys(1_000, () => bad),
        () => true,
      ),
    );
    await running.experiments.look();
    const { experiment, tally } = await running.found();
    expect(experiment.outcome).toBe('running');
    expect(tally.of('small').failed.sum).toBe(1);
    expect(tally.of('small').failures).toBe(1_000);
  });

  it('with more keys than are told apart does not keep others from ending it', async () => {
    const running = await begin();
    running.experiments.arms(
      window(
        running,
        keys(600_000, at => `made up ${at}`),
        () => false,
      ),
    );
    await running.experiments.look();
    const before = (await running.found()).tally.of('small').failed;
    // The version breaks, and everybody meets it, often.
    for (let round = 0; round < 3; round++)
      running.experiments.arms(
        window(
          running,
          keys(40_000, at => `person ${at}`),
          arm => arm === 'small',
        ),
      );
    const { tally } = await running.found();
    const bad = tally.of('small').failed;
    // About half of them count, each once.
    expect(tally.isFull).toBe(true);
    expect(bad.sum).toBe(bad.n - before.n);
    expect(Math.abs(bad.sum / 10_000 - 1)).toBeLessThan(0.1);
    await running.experiments.look();
    expect((await running.found()).experiment.outcome).toBe('guarded');
  });
});

import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { JobPool } from '@murmuration/simulations/workers/job-pool';
import type { WorkerSetup } from '@murmuration/simulations/workers/jobs';
import { ownThread } from '@murmuration/simulations/workers/own-thread';
import { WorkerPool } from '@murmuration/simulations/workers/worker-pool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import scenario, { idleClient } from './small-run.ts';

const settings = scenario.schema.parse({
  ...scenario.defaults,
  data: { clients: 12, perClient: 20, heldOut: 100 },
});
const { privateLayers: _, ...plan } = settings.plan;
const training = { ...plan, seed: 7 };

/** The setup of a small run, in which the last client has no examples, and its first model. */
export async function smallRun(): Promise<{ setup: WorkerSetup; model: ModelFiles }> {
  await startBackend();
  const data = await scenario.data(settings);
  const made = await scenario.model(settings, data);
  const { topology, layout, weights } = describeModel(made);
  made.dispose();
  const { hash } = encodeModel(topology, layout, weights);
  return {
    setup: { module: scenario.module, settings, data },
    model: { hash, topology, layout, weights },
  };
}

/** What every pool does that does the jobs of a run, wherever it does them. */
export function describeJobPool(name: string, open: (setup: WorkerSetup) => Promise<JobPool>): void {
  describe(`the jobs of a run ${name}`, () => {
    let pool: JobPool;
    let reference: JobPool;
    let model: ModelFiles;
    const train = (from: JobPool, client: number, change: object = {}) =>
      from.run({ kind: 'train', client, model, settings: { ...training, ...change } }, { due: client })
        .result;

    beforeAll(async () => {
      const run = await smallRun();
      model = run.model;
      reference = new WorkerPool([ownThread(run.setup)]);
      pool = await open(run.setup);
    });
    afterAll(async () => {
      await pool?.close();
      await reference?.close();
    });

    it('tell how many there are that do them, and what trains', async () => {
      expect(pool.size).toBeGreaterThan(0);
      const job = { kind: 'engine' } as const;
      const [mine, others] = await Promise.all(
        [pool, reference].map(each => each.run(job, { due: 0 }).result),
      );
      expect(mine).toBe(others);
    });

    it('give each client what it learns itself, bit for bit, however many there are at once', async () => {
      const clients = Array.from({ length: idleClient }, (_, client) => client);
      const results = await Promise.all([...clients, ...clients].map(client => train(pool, client)));
      for (const [i, result] of results.entries())
        expect(result).toEqual(await train(reference, i % idleClient));
      expect(new Set(results.map(({ delta }) => String(delta))).size).toBe(idleClient);
    });

    it('take the model and the correction that they are given', async () => {
      const other = { ...model, weights: model.weights.map(weight => weight / 2) };
      const correction = model.weights.map((_, i) => (i % 7) / 100);
      for (const job of [
        { kind: 'train', client: 1, model: other, settings: training },
        { kind: 'train', client: 1, model, settings: { ...training, correction } },
      ] as const) {
        const [mine, others] = await Promise.all(
          [pool, reference].map(each => each.run(job, { due: 0 }).result),
        );
        expect(mine).toEqual(others);
      }
    });

    it('measure a model on held-out examples, and on those of a client', async () => {
      for (const job of [
        { kind: 'measure', model, from: 10, to: 60 },
        { kind: 'measure-client', model, client: 3 },
      ] as const) {
        const [mine, others] = await Promise.all(
          [pool, reference].map(each => each.run(job, { due: 0 }).result),
        );
        expect(mine).toEqual(others);
      }
    });

    it('tell with its code what went wrong, and go on', async () => {
      await expect(train(pool, idleClient)).rejects.toMatchObject({ code: 'training.no-examples' });
      await expect(train(pool, 0)).resolves.toMatchObject({ examples: 20 });
    });

    it('tell of figures that are no numbers as they are', async () => {
      const { delta, metrics } = await train(pool, 2, { learningRate: 1_000, epochs: 20 });
      expect({ delta, metrics }).toEqual(
        await train(reference, 2, { learningRate: 1_000, epochs: 20 }).then(result => ({
          delta: result.delta,
          metrics: result.metrics,
        })),
      );
    });

    it('let a step of a device go ahead of all trainings that wait, whenever it is due', async () => {
      const order: string[] = [];
      const trainings = Array.from({ length: 3 * pool.size + 3 }, (_, client) =>
        train(pool, client % idleClient, { epochs: 20 }).then(() => order.push('training')),
      );
      const thread = pool.hold();
      const job = { kind: 'forget', id: pool.nextId() } as const;
      await pool.run(job, { due: Number.MAX_SAFE_INTEGER, thread }).result.then(() => order.push('step'));
      pool.release(thread);
      await Promise.all(trainings);
      expect(order.slice(0, pool.size + 1)).toContain('step');
    });

    it('keep a masked round in the thread that has its secrets', async () => {
      const thread = pool.hold();
      const id = pool.nextId();
      await expect(
        pool.run(
          { kind: 'hear', id, event: 'roster' as never, message: new Uint8Array() },
          { due: 0, thread },
        ).result,
      ).rejects.toMatchObject({ code: 'training.failed' });
      expect(await pool.run({ kind: 'forget', id }, { due: 0, thread }).result).toBeNull();
      pool.release(thread);
    });
  });
}

import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import { isHeldOut } from '@murmuration/client-sdk/hybrid/held-out';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import type { PersonalModel } from '@murmuration/client-sdk/hybrid/personal';
import { memoryStorage } from '@murmuration/client-sdk/node';
import { OutcomeRecord } from '@murmuration/client-sdk/outcomes/outcome-record';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  classes,
  hybridOn,
  serving,
  stepping,
  steppingSequences,
  TableInference,
  TableTrainer,
} from './scene.ts';

/** The likeliest class. */
const best = (values: Float32Array) => values.indexOf(Math.max(...values));
const code = (code: string) => expect.objectContaining({ code });

/** A personal model that is sure of something else than what comes. */
const useless: PersonalModel = {
  ...ngramCache(),
  learn: async () => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0),
};

async function learned(
  personal: readonly PersonalModel[],
  options: Parameters<typeof hybridOn>[0] = {},
  global = stepping(1),
  step = 2,
) {
  const it = hybridOn({ personal, ...options });
  it.device.newest = global;
  it.device.examples = steppingSequences(step, 40);
  await it.hybrid.learn();
  return it;
}

describe('the hybrid model', () => {
  it('says that there is no model yet', async () => {
    const { hybrid, device } = hybridOn();
    await expect(hybrid.predict([1])).rejects.toEqual(code('hybrid.no-model'));
    device.newest = stepping(1);
    await hybrid.learn();
    expect((await hybrid.predict([1])).source).toBe('global');
  });

  it('takes what became of a prediction, once, of the version that answered', async () => {
    const { hybrid, device, storage, clock } = hybridOn();
    device.newest = stepping(1);
    const [first, second] = [await hybrid.predict([1]), await hybrid.predict([1])];
    expect(first.id).not.toBe(second.id);
    await hybrid.feedback(first.id, 'accepted');
    await hybrid.feedback(first.id, 'accepted');
    await expect(hybrid.feedback(first.id, 'ignored')).rejects.toEqual(code('feedback.conflict'));
    await expect(hybrid.feedback('other', 'ignored')).rejects.toEqual(code('request.not-found'));
    await hybrid.feedback(second.id, 'ignored');
    const record = new OutcomeRecord({ storage, task: 'steps' as TaskName, clock });
    const asked = {
      kind: 'outcomes',
      outcomes: ['accepted', 'ignored'],
      versions: [device.newest.hash],
      values: 9,
      period: 9e9,
    };
    expect(await record.answer(asked as never)).toEqual({
      [device.newest.hash]: { accepted: 1, ignored: 1 },
    });
  });

  it('serves the global model alone where there is no personal one', async () => {
    const { hybrid, device } = hybridOn();
    device.newest = stepping(1);
    const { values, source, model } = await hybrid.predict([1, 2]);
    expect([best(values), source, model]).toEqual([3, 'global', device.newest.hash]);
    expect(hybrid.report()).toBeNull();
    await expect(hybrid.predict([1], 'personal')).rejects.toEqual(code('hybrid.no-model'));
  });

  it.each([
    ['an n-gram cache', ngramCache()],
    ['a fine-tuned copy', fineTuned()],
  ])('mixes in %s that knows better, and tells by how much', async (_, personal) => {
    const { hybrid, device, errors } = await learned([personal]);
    const { values, source, model } = await hybrid.predict([1]);
    expect([best(values), source, model]).toEqual([3, 'hybrid', device.newest!.hash]);
    expect(best((await hybrid.predict([1], 'global')).values)).toBe(2);
    expect(await hybrid.predict([1], 'personal')).toMatchObject({ source: 'personal', model: null });
    const { lambda, lambdas, scores, questions } = hybrid.report()!;
    expect(lambda).toBeGreaterThan(0.5);
    expect(lambdas).toEqual({ [personal.name]: lambda });
    expect(scores.hybrid.loss).toBeLessThan(scores.global.loss);
    expect([scores.global.top1, scores.hybrid.top1]).toEqual([0, 1]);
    expect(questions).toBeGreaterThan(10);
    expect(errors).toEqual([]);
  });

  it('falls back to the global model where the personal one is of no use', async () => {
    const { hybrid } = await learned([useless], {}, stepping(2), 2);
    expect(hybrid.report()).toMatchObject({
      lambda: 0,
      scores: { global: { top1: 1 }, hybrid: { top1: 1 } },
    });
    expect(await hybrid.predict([1])).toMatchObject({ source: 'global' });
  });

  it('leaves a global model out that had never what came', async () => {
    const { hybrid } = await learned([ngramCache()], {}, stepping(1, 60));
    expect(hybrid.report()!.lambda).toBeGreaterThan(0.99);
  });

  it('chooses one weight for each personal model', async () => {
    const { hybrid } = await learned(
      [useless, fineTuned()].map((model, i) => ({ ...model, name: `model-${i}` })),
    );
    const { lambda, lambdas } = hybrid.report()!;
    expect(lambdas['model-0']! + lambdas['model-1']!).toBeCloseTo(lambda, 9);
    expect(lambdas['model-1']).toBeGreaterThan(0.5);
  });

  it('serves distributions that are never worse than the global model on what is held out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 8 }), { maxLength: 40 }),
        fc.integer({ min: 0, max: 4 }),
        async (examples, step) => {
          const { hybrid, device, errors } = hybridOn({ personal: [ngramCache(), fineTuned()] });
          device.newest = stepping(step);
          device.examples = examples;
          await hybrid.learn();
          const { values } = await hybrid.predict([1]);
          expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
          const report = hybrid.report();
          if (report) {
            const { global, hybrid: mixture } = report.scores;
            expect(mixture.loss).toBeLessThanOrEqual(global.loss);
            expect(mixture.top3).toBeGreaterThanOrEqual(global.top3);
          }
          expect(errors).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('what a device has just typed', () => {
  it('changes the suggestions of an n-gram cache at once, without connection, global model or training', async () => {
    const { hybrid, trainer } = hybridOn({ personal: [ngramCache()] });
    for (const sequence of steppingSequences(2, 4)) await hybrid.observe(sequence);
    const { values, source, model } = await hybrid.predict([1]);
    expect([best(values), source, model, trainer.trainings]).toEqual([3, 'personal', null, 0]);
  });

  it('is not lost at a restart', async () => {
    const storage = memoryStorage();
    const before = hybridOn({ storage, personal: [ngramCache()] });
    for (const sequence of steppingSequences(2, 4)) await before.hybrid.observe(sequence);
    const { hybrid } = hybridOn({ storage, personal: [ngramCache()] });
    expect(best((await hybrid.predict([1])).values)).toBe(3);
  });

  it('is not lost while the personal models learn from what was typed before', async () => {
    const it = hybridOn({ personal: [ngramCache(), fineTuned()] });
    it.device.newest = stepping(1);
    it.device.examples = [[5, 5, 5]];
    let open = () => {};
    it.trainer.gate = new Promise(resolve => {
      open = resolve;
    });
    const learning = it.hybrid.learn();
    await settled();
    for (const sequence of steppingSequences(2, 4)) await it.hybrid.observe(sequence);
    open();
    await learning;
    const { values } = await it.hybrid.predict([1], 'personal');
    expect(values[3]).toBeGreaterThan(0.2);
  });

  it('makes the personal models learn anew once there is enough of it and the device is idle', async () => {
    const clock = new VirtualClock();
    let idle = false;
    const { hybrid, device, events } = hybridOn({ personal: [fineTuned()], clock, isIdle: () => idle });
    device.newest = stepping(1);
    device.examples = steppingSequences(2, 40);
    for (const sequence of steppingSequences(2, 5)) await hybrid.observe(sequence);
    await clock.advance(120_000);
    expect(events).toEqual([]);
    idle = true;
    await clock.advance(30_000);
    expect(events.at(-1)).toMatchObject({
      phase: 'ready',
      progress: 1,
      report: { model: device.newest.hash },
    });
    expect(best((await hybrid.predict([1])).values)).toBe(3);
  });
});

describe('a new global version', () => {
  it('serves, where the app wants that, once the personal model is fitted to it; until then everything goes on as before', async () => {
    const { hybrid, device, trainer, inference } = await learned([fineTuned()], { adopt: 'when-idle' });
    const [first, second] = [device.newest!, stepping(4)];
    let open = () => {};
    trainer.gate = new Promise(resolve => {
      open = resolve;
    });
    device.newest = second;
    await hybrid.arrived();
    await settled();
    expect(trainer.trainings).toBe(2);
    expect(await hybrid.predict([1])).toMatchObject({ source: 'hybrid', model: first.hash });
    // Another one arrives during the fit.
    device.newest = stepping(3);
    await hybrid.arrived();
    open();
    await settled();
    await settled();
    expect(await hybrid.predict([1])).toMatchObject({ source: 'hybrid', model: device.newest.hash });
    expect(hybrid.report()!.model).toBe(device.newest.hash);
    expect(inference.running.size).toBe(2);
  });

  it('keeps the personal model where it can not be fitted', async () => {
    const { hybrid, device, trainer, errors } = await learned([fineTuned()]);
    trainer.failure = new MurmurationError('training.no-memory');
    device.newest = stepping(4);
    await hybrid.learn();
    expect(errors).toEqual([code('training.no-memory')]);
    expect(await hybrid.predict([1])).toMatchObject({ source: 'hybrid', model: device.newest.hash });
    expect(best((await hybrid.predict([1], 'personal')).values)).toBe(3);
  });

  it('is left where the device can not load it: the last good one goes on', async () => {
    const { hybrid, device, inference, errors } = await learned([fineTuned()]);
    const good = device.newest!;
    device.newest = stepping(4);
    inference.refused.add(device.newest.hash);
    await hybrid.arrived();
    await settled();
    expect(errors).toEqual([code('model.unusable')]);
    expect(await hybrid.predict([1])).toMatchObject({ source: 'hybrid', model: good.hash });
    expect(inference.running.size).toBe(2);
  });
});

describe('learning', () => {
  it('can be stopped, which changes nothing', async () => {
    const { hybrid, trainer, inference } = await learned([fineTuned()]);
    const report = hybrid.report();
    const stop = new AbortController();
    let open = () => {};
    trainer.gate = new Promise(resolve => {
      open = resolve;
    });
    const learning = hybrid.learn(stop.signal);
    await settled();
    stop.abort();
    open();
    await expect(learning).rejects.toEqual(code('training.stopped'));
    expect(hybrid.report()).toBe(report);
    expect(inference.running.size).toBe(2);
    expect((await hybrid.predict([1])).source).toBe('hybrid');
  });

  it.each(['hybrid.steps.personal.fine-tuned', 'hybrid.steps.global', 'hybrid.steps'])(
    'changes nothing that serves where the storage is too full for %s',
    async entry => {
      const storage = memoryStorage();
      const { hybrid, device, inference } = await learned([fineTuned()], { storage });
      const report = hybrid.report();
      device.newest = stepping(4);
      const { put } = storage;
      storage.put = async (name, bytes) => {
        if (name === entry) throw new MurmurationError('storage.full');
        await put(name, bytes);
      };
      await expect(hybrid.learn()).rejects.toEqual(code('storage.full'));
      expect(hybrid.report()).toBe(report);
      expect(inference.running.size).toBe(2);
      expect(await hybrid.predict([1])).toMatchObject({ source: 'hybrid', model: report!.model });
    },
  );

  it('chooses λ among models that know nothing of what it is chosen on', async () => {
    const inputs = new Map<Uint8Array, readonly unknown[]>();
    const asked: { readonly example: unknown; readonly known: readonly unknown[] }[] = [];
    const cache = ngramCache();
    const spy: PersonalModel = {
      ...cache,
      async learn(input, ports) {
        const bytes = (await cache.learn(input, ports))!;
        inputs.set(bytes, input.examples);
        return bytes;
      },
      async open(bytes, files, ports) {
        const known = [...(inputs.get(bytes) ?? [])];
        const open = await cache.open(bytes, files, ports);
        return {
          ...open,
          answer(example) {
            asked.push({ example, known: [...known] });
            return open.answer(example);
          },
          observe(example) {
            known.push(example);
            open.observe!(example);
          },
        };
      },
    };
    const { hybrid, device } = await learned([spy]);
    for (const example of device.examples) await hybrid.observe(example);
    await hybrid.learn();
    const heldOut = device.examples.filter(example => isHeldOut(example, serving));
    expect(heldOut.length).toBeGreaterThan(3);
    expect(hybrid.report()!.questions).toBe(heldOut.reduce((sum, sequence) => sum + sequence.length - 1, 0));
    expect(new Set(asked.map(({ example }) => example))).toEqual(new Set(heldOut));
    for (const { example, known } of asked) {
      expect(known).toHaveLength(device.examples.length - heldOut.length);
      expect(known).not.toContain(example);
    }
  });

  it('weighs what a person repeats: an n-gram cache that knows one sentence by heart gets its share', async () => {
    for (const sentence of steppingSequences(2, 10)) {
      const { hybrid, device } = hybridOn({ personal: [ngramCache()] });
      device.newest = stepping(1);
      device.examples = Array.from({ length: 6 }, () => [...sentence]);
      await hybrid.learn();
      expect(hybrid.report()!.lambda).toBeGreaterThan(0.5);
    }
  });

  it('judges an n-gram cache as knowing nothing where all that it has taken in is held out', async () => {
    const { hybrid, device } = hybridOn({ personal: [ngramCache()] });
    device.newest = stepping(1);
    device.examples = steppingSequences(1, 30).filter(example => isHeldOut(example, serving));
    for (const example of device.examples) await hybrid.observe(example);
    for (let times = 0; times < 3; times++) {
      await hybrid.learn();
      expect(hybrid.report()!.scores.personal.loss).toBeCloseTo(Math.log(classes - 1), 6);
      expect((await hybrid.predict([1], 'personal')).values[2]).toBeGreaterThan(0.5);
    }
  });

  it('has an n-gram cache forget what is oldest, held out or not', async () => {
    const old = [3, 4, 5, 6, 7].map(length => new Array<number>(length).fill(4));
    const { hybrid, device } = hybridOn({ personal: [ngramCache({ capacity: 20 })] });
    device.newest = stepping(1);
    const recent = steppingSequences(2, 30).filter(example => !isHeldOut(example, serving));
    device.examples = [...old.filter(example => isHeldOut(example, serving)), ...recent];
    await hybrid.learn();
    expect((await hybrid.predict([4, 4], 'personal')).values[4]).toBeLessThan(0.2);
  });

  it('teaches an n-gram cache what was held out once λ is chosen, over a restart too, and chooses without it again', async () => {
    const storage = memoryStorage();
    // All alike, so that all are held out or none; of these lengths one is.
    const repeated = [3, 4, 5, 6, 7].map(length => new Array<number>(length).fill(4));
    const examples = repeated.filter(example => isHeldOut(example, serving));
    expect(examples.length).toBeGreaterThan(0);
    const before = hybridOn({ storage, personal: [ngramCache()] });
    before.device.newest = stepping(1);
    before.device.examples = [...steppingSequences(2, 30), ...examples];
    await before.hybrid.learn();
    const report = before.hybrid.report();
    const after = async ({ hybrid }: typeof before) => (await hybrid.predict([4, 4], 'personal')).values[4]!;
    expect(await after(before)).toBeGreaterThan(0.5);
    expect(await after(hybridOn({ storage, personal: [ngramCache()] }))).toBeGreaterThan(0.5);
    await before.hybrid.learn();
    expect(before.hybrid.report()).toEqual(report);
  });
});

describe('after a restart', () => {
  it('models, weights and report are the same, without any learning', async () => {
    const storage = memoryStorage();
    const before = await learned([fineTuned(), ngramCache()], { storage });
    const values = (await before.hybrid.predict([1])).values;
    const trainer = new TableTrainer();
    const { hybrid, device, errors } = hybridOn({ storage, personal: [fineTuned(), ngramCache()], trainer });
    device.newest = before.device.newest;
    await hybrid.start();
    expect((await hybrid.predict([1])).values).toEqual(values);
    expect(hybrid.report()).toEqual(before.hybrid.report());
    expect([trainer.trainings, errors]).toEqual([0, []]);
  });

  it.each(['hybrid.steps', 'hybrid.steps.global', 'hybrid.steps.personal.fine-tuned'])(
    'a damaged %s is an error event, the rest goes on, and it is made anew',
    async entry => {
      const storage = memoryStorage();
      await learned([fineTuned()], { storage });
      const bytes = (await storage.get(entry))!;
      bytes[bytes.length - 1]! ^= 1;
      await storage.put(entry, bytes);
      const { hybrid, device, errors } = hybridOn({ storage, personal: [fineTuned()] });
      device.newest = stepping(1);
      device.examples = steppingSequences(2, 40);
      expect((await hybrid.predict([1])).values).toHaveLength(6);
      expect(errors).toEqual([code('hybrid.damaged')]);
      await hybrid.learn();
      expect(hybrid.report()!.lambda).toBeGreaterThan(0.5);
      expect(errors).toHaveLength(1);
    },
  );

  it('a personal model that the app no longer names is left out', async () => {
    const storage = memoryStorage();
    const { device } = await learned([fineTuned()], { storage });
    const { hybrid } = hybridOn({ storage });
    expect(await hybrid.predict([1])).toMatchObject({ source: 'global', model: device.newest!.hash });
  });
});

describe('stopping', () => {
  it('ends learning, frees the models, and opens them again when they are asked', async () => {
    const inference = new TableInference();
    const { hybrid, device, clock } = hybridOn({ inference, personal: [fineTuned()] });
    device.newest = stepping(1);
    device.examples = steppingSequences(2, 40);
    await hybrid.learn();
    await hybrid.stop();
    expect([inference.running.size, clock.pending]).toEqual([0, 0]);
    expect((await hybrid.predict([1])).source).toBe('hybrid');
  });
});

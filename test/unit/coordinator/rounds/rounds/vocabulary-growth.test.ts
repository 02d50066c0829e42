import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { growWeights, placeGrown } from '@murmuration/protocol/weights/growth';
import type { Layout } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { splitLayout } from '@murmuration/protocol/weights/shared-part';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import type { History } from '@murmuration/rounds/registry/ports';
import { Registry } from '@murmuration/rounds/registry/registry';
import { ensureFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { requireGrows } from '@murmuration/rounds/rounds/vocabulary-growth';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { codeOf } from '../../../codes.ts';
import { memoryBudgets } from '../privacy/memory-budgets.ts';
import { termsOf } from './terms.ts';

beforeAll(async () => void (await tf.setBackend('cpu')));

const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`);

/** The keyboard's model with so many words. */
const keyboard = (count: number, tied = false) =>
  nextWordModel({ vocabulary: firstWordId + count, embedding: 4, gru: 4, dense: null, tied }, 1);

function taskOf(count: number, change: Partial<TaskDefinition> = {}) {
  return defineTask({
    name: 'keyboard',
    model: () => keyboard(count),
    vocabulary: words(count),
    plan: { learningRate: 0.1 },
    update: { kind: 'float32', clip: 100, weighting: 'uniform' },
    masking: 'off',
    cohort: { goal: 3, minimum: 1 },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    ...change,
  } as TaskDefinition);
}

/** A storage, coordinators that start over it one after the other, and rounds of them. */
function world(history: History = memoryHistory(), aliases?: ConstructorParameters<typeof Registry>[2]) {
  const clock = new VirtualClock();
  const registry = new Registry(memoryBlobs(), history, aliases);
  const privacy = memoryBudgets({ random: seededRandom(1), clock });
  const files = async () => (await registry.current(taskOf(1).name)).files;
  return {
    history,
    registry,
    files,
    start: (task = taskOf(6)) => ensureFirstVersion(task, registry, history, clock),
    head: async () => (await history.head(taskOf(1).name))!,
    async play(task: ReturnType<typeof taskOf>, by = 0.25) {
      const { head, files } = await registry.current(task.name);
      const { training, update, masking, privateLayers } = task;
      const { model } = head.version;
      const terms = termsOf({
        task: task.name,
        model,
        training,
        update,
        masking,
        privateLayers: [...privateLayers],
      });
      const { shared } = splitLayout(files.layout, task.privateLayers);
      const aggregate = aggregateFor(task.strategy.consumes, terms.plan, files.layout, terms.id);
      aggregate.add(updateOf(shared, by), 0);
      const { signal } = new AbortController();
      const next = await versionMaker(() => task, registry, clock, privacy)(terms, aggregate, [], signal);
      await history.commit({ head: next });
    },
  };
}

function updateOf({ hash, count }: Layout, by: number) {
  const delta = Float32Array.from({ length: count }, (_, i) => by * Math.sin(i + 1));
  return encodeUpdate(hash, count, { kind: 'float32', delta, weight: 1 });
}

/** The rows of old words in a vector of the larger model. */
function oldRows(values: Float32Array, before: Layout, after: Layout): Float32Array {
  const places = Float32Array.from({ length: before.count }, (_, i) => i + 1);
  const marks = placeGrown(places, before, after, new Float32Array(after.count));
  return values.filter((_, i) => marks[i] !== 0);
}

describe('a model with rows for more words, over the versions of a smaller one', () => {
  it.each([false, true])(
    'VG1: makes the next version, with old rows bit for bit (tied output: %s)',
    async tied => {
      const { start, files, head, play } = world();
      const of = (count: number) => taskOf(count, { model: () => keyboard(count, tied) });
      await start(of(6));
      await play(of(6));
      const [before, parent] = [await files(), await head()];
      await start(of(9));
      const [after, { version }] = [await files(), await head()];
      expect(version).toMatchObject({
        number: 2,
        parent: parent.version.model,
        round: null,
        contributors: 0,
        vocabulary: { words: 9 },
      });
      expect(after.layout.tensors[0]!.shape).toEqual([firstWordId + 9, 4]);
      expect(oldRows(after.weights, before.layout, after.layout)).toEqual(before.weights);
      expect(after.weights).toEqual(growWeights(before.weights, before.layout, after.layout, 6));
      await start(of(9));
      expect((await head()).version).toEqual(version);
      await play(of(9));
      expect((await head()).version).toMatchObject({
        number: 3,
        parent: version.model,
        vocabulary: { words: 9 },
      });
    },
  );

  it('VG11: can be tried before words are added: nothing is made, and what the next start would refuse is refused', async () => {
    const { start, head, registry, play } = world();
    await start(taskOf(6));
    await play(taskOf(6));
    const before = await head();
    await requireGrows(taskOf(9), registry);
    const refused = async (task: ReturnType<typeof taskOf>) =>
      expect(requireGrows(task, registry)).rejects.toMatchObject({ code: 'config.invalid' });
    // A model that has no rows for them, one that has too few, other words, and another layer.
    await refused(taskOf(9, { model: () => keyboard(6) }));
    await refused(taskOf(9, { model: () => keyboard(8) }));
    await refused(taskOf(9, { vocabulary: [...words(9)].reverse() }));
    await refused(taskOf(9, { model: () => keyboard(9, true) }));
    expect(await head()).toEqual(before);
    await start(taskOf(9));
    expect((await head()).version.number).toBe(2);
  });

  it.each([false, true])(
    'VG2: leaves the logits of old words as they were, and new words at most k / (n + k) (tied output: %s)',
    async tied => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 12 }),
          fc.integer({ min: 1, max: 12 }),
          fc.float({ min: 0, max: 8, noNaN: true }),
          async (n, k, spread) => {
            const { start, files, play } = world();
            const of = (count: number) => taskOf(count, { model: () => keyboard(count, tied) });
            await start(of(n));
            await play(of(n), spread);
            const before = await said(await files());
            await start(of(n + k));
            const after = await said(await files());
            const old = firstWordId + n;
            expect(after.logits.slice(0, old)).toEqual(before.logits);
            const all = after.probabilities.slice(firstWordId).reduce((sum, value) => sum + value, 0);
            expect(all).toBeCloseTo(1, 5);
            const fresh = after.probabilities.slice(old).reduce((sum, value) => sum + value, 0);
            expect(fresh).toBeLessThanOrEqual((k / (n + k)) * (1 + 1e-5));
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  it.each([
    ['other units of the GRU', () => nextWordModel({ vocabulary: 12, embedding: 4, gru: 5, dense: null }, 1)],
    ['another width', () => nextWordModel({ vocabulary: 12, embedding: 5, gru: 4, dense: null }, 1)],
    ['one more layer', () => nextWordModel({ vocabulary: 12, embedding: 4, gru: 4, dense: 4 }, 1)],
    ['fewer rows', () => keyboard(5)],
    ['rows for fewer words than are new', () => keyboard(7)],
    ['rows for more words than are new', () => keyboard(9)],
  ])('VG3: is refused where it differs by %s', async (_, model) => {
    const { start, head } = world();
    await start();
    const first = await head();
    const grown = taskOf(8, { model });
    await expect(start(grown)).rejects.toMatchObject({ code: 'config.invalid' });
    expect(await head()).toEqual(first);
  });

  it.each([
    ['in another order', [...words(6).toReversed(), 'new1', 'new2'], 8],
    ['with new ones between', ['word0', 'new1', ...words(6).slice(1), 'new2'], 8],
    ['with another in the place of one', [...words(5), 'other', 'new1', 'new2'], 8],
    ['in another order, none new', words(6).toReversed(), 6],
    ['fewer', words(5), 6],
    ['more, for which there are no rows', words(7), 6],
  ])('VG3: is refused for words that are not the old ones first: %s', async (_, vocabulary, rows) => {
    const { start, head } = world();
    await start();
    const first = await head();
    await expect(start(taskOf(rows, { vocabulary }))).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining('The newest version of the task "keyboard" knows 6 words'),
    });
    expect(await head()).toEqual(first);
  });

  it('VG3: is refused where the task names no words, with what to do', async () => {
    const { start } = world();
    await start();
    await expect(start(taskOf(8, { vocabulary: undefined }))).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining('give the task the option vocabulary'),
    });
  });

  it('asks for other words even where the function fails', async () => {
    const { start } = world();
    await start();
    const model = () => {
      throw new Error('The folder is gone.');
    };
    await start(taskOf(6, { model }));
    await expect(start(taskOf(8, { model }))).rejects.toThrow('The folder is gone.');
  });

  it('VG3: goes on from versions that name no words, whose shapes say how many are new', async () => {
    const { start, head } = world();
    await start(taskOf(6, { vocabulary: undefined }));
    expect((await head()).version).not.toHaveProperty('vocabulary');
    await start(taskOf(8));
    expect((await head()).version).toMatchObject({ number: 1, vocabulary: { words: 8 } });
  });

  it('VG4: carries what the strategy remembers by rows, new rows as in a new task', async () => {
    for (const strategy of [fedAvgM(), fedAdam({ biasCorrection: false })]) {
      const { start, files, head, play } = world();
      await start(taskOf(6, { strategy }));
      await play(taskOf(6, { strategy }));
      const [before, { state }] = [(await files()).layout, await head()];
      await start(taskOf(8, { strategy }));
      const [after, { state: grown }] = [(await files()).layout, await head()];
      const fresh: StrategyState = strategy.init(after.count);
      expect(Object.keys(grown)).toEqual(Object.keys(state));
      for (const [key, value] of Object.entries(grown)) {
        if (!(value instanceof Float32Array)) expect(value).toBe(state[key]);
        else
          expect(value).toEqual(
            placeGrown(state[key] as Float32Array, before, after, fresh[key] as Float32Array),
          );
      }
      await play(taskOf(8, { strategy }));
    }
  });

  it('VG4: begins control variates anew, since those of devices are of the old model', async () => {
    const change = {
      strategy: scaffold({ population: 3 }),
      update: { clip: 1, weighting: 'uniform' },
      cohort: { goal: 3, minimum: 3 },
    } as const;
    const { start, files, head } = world();
    await start(taskOf(6, change));
    await start(taskOf(8, change));
    expect((await head()).state).toEqual(change.strategy.init((await files()).layout.count));
  });

  it('VG4: is refused under noise that takes back that of versions before', async () => {
    for (const noise of ['correlated', 'blt'] as const) {
      const privacy = { epsilon: 8, delta: 1e-5, rounds: 50, separation: 10, noise };
      const change = {
        privacy,
        update: { clip: 1, weighting: 'uniform' },
        cohort: { goal: 3, minimum: 3 },
      } as const;
      const { start, head } = world();
      await start(taskOf(6, change));
      await expect(start(taskOf(8, change))).rejects.toMatchObject({
        code: 'config.invalid',
        detail: /privacy\.noise/,
      });
      expect((await head()).version.number).toBe(0);
      await start(taskOf(8, { ...change, privacy: { ...privacy, noise: 'independent' } }));
      expect((await head()).version.number).toBe(1);
    }
  });

  it('leaves private layers to their devices, which grow them themselves', async () => {
    const strategy = fedAvgM();
    const change = { strategy, plan: { learningRate: 0.1, privateLayers: ['embedding'] } };
    const { start, files, head, play } = world();
    await start(taskOf(6, change));
    await play(taskOf(6, change));
    await start(taskOf(8, change));
    const { shared } = splitLayout((await files()).layout, ['embedding']);
    expect((await head()).state.momentum).toHaveLength(shared.count);
    await play(taskOf(8, change));
  });

  it('VG5: is there whole or not at all, wherever the coordinator stops', async () => {
    const history = memoryHistory();
    let fails = false;
    const { start, head, files } = world({
      ...history,
      async commit(entry) {
        if (fails) throw new Error('The power is gone.');
        await history.commit(entry);
      },
    });
    await start();
    const before = [await head(), await files()];
    fails = true;
    await expect(start(taskOf(8))).rejects.toThrow('The power is gone.');
    expect([await head(), await files()]).toEqual(before);
    fails = false;
    await start(taskOf(8));
    expect((await head()).version).toMatchObject({ number: 1, vocabulary: { words: 8 } });
  });

  it('VG6: takes no update of the smaller layout, and counts none', async () => {
    const { start, files, head, play } = world();
    await start();
    const small = (await files()).layout;
    await start(taskOf(8));
    const { plan, id } = termsOf({ model: (await head()).version.model });
    const sum = aggregateFor('sum', plan, (await files()).layout, id);
    expect(codeOf(() => sum.add(updateOf(small, 1), 0))).toBe('update.wrong-layout');
    expect(sum.contributors).toBe(0);
    await play(taskOf(8));
  });

  it('VG6: fails a round that began before it, whose sum is of the smaller layout', async () => {
    const { start, files, head, registry, history } = world();
    await start();
    const task = taskOf(8);
    const terms = termsOf({ task: task.name, model: (await head()).version.model });
    const aggregate = aggregateFor('sum', terms.plan, (await files()).layout, terms.id);
    aggregate.add(updateOf((await files()).layout, 1), 0);
    await start(task);
    const clock = new VirtualClock();
    const make = versionMaker(() => task, registry, clock, memoryBudgets({ random: seededRandom(1), clock }));
    await expect(make(terms, aggregate, [], new AbortController().signal)).rejects.toMatchObject({
      code: 'round.closed',
    });
    expect(await history.versions(task.name, 9, 9)).toHaveLength(2);
  });

  it('VG5: rolls back to a smaller version, goes on from it, and grows again at the next start', async () => {
    let base: { number: number; model: ModelHash } | undefined;
    const at = { task: taskOf(1).name, alias: 'base', newest: 1, setAt: 0, setBy: 'ada' };
    const { start, head, play, files } = world(memoryHistory(), {
      of: async () => (base ? [{ ...at, ...base }] : []),
    });
    await start();
    const small = await files();
    const { number, model } = (await head()).version;
    await start(taskOf(8));
    base = { number, model };
    expect((await files()).layout).toEqual(small.layout);
    await start(taskOf(8));
    await play(taskOf(8));
    expect((await head()).version).toMatchObject({ number: 2, parent: model, vocabulary: { words: 6 } });
    expect((await files()).layout).toEqual(small.layout);
    await start(taskOf(8));
    expect((await head()).version).toMatchObject({ number: 3, vocabulary: { words: 8 } });
  });

  it('grows a model of features by outputs, and one of words in by rows of its embedding', async () => {
    const { dense, embedding, globalAveragePooling1d } = tf.layers;
    const outputs = (units: number) => () =>
      tf.sequential({
        layers: [
          dense({ units: 3, inputShape: [2], name: 'body' }),
          dense({ units, name: 'out', activation: 'softmax' }),
        ],
      });
    const inputs = (inputDim: number) => () =>
      tf.sequential({
        layers: [
          embedding({ inputDim, outputDim: 2, inputLength: 3, name: 'in' }),
          globalAveragePooling1d({ name: 'mean' }),
          dense({ units: 2, name: 'out' }),
        ],
      });
    for (const model of [outputs, inputs]) {
      const { start, files } = world();
      await start(taskOf(5, { model: model(5) }));
      const before = await files();
      await start(taskOf(7, { model: model(7) }));
      const after = await files();
      expect(after.weights).toEqual(growWeights(before.weights, before.layout, after.layout, 5));
    }
  });

  it('needs a word to have one row, each once', () => {
    const invalid = (vocabulary: readonly string[]) =>
      codeOf(() => taskOf(6, { vocabulary: [...vocabulary] }));
    expect([invalid([]), invalid(['a', 'a']), invalid([''])]).toEqual(Array(3).fill('config.invalid'));
  });

  it('keeps rounds exact with plain averaging of the larger model', async () => {
    const strategy = fedAvg();
    const { start, files, play } = world();
    await start(taskOf(6, { strategy }));
    await start(taskOf(8, { strategy }));
    const before = await files();
    await play(taskOf(8, { strategy }));
    const { weights } = await files();
    expect(
      weights.every(
        (value, i) => value === Math.fround(before.weights[i]! + Math.fround(0.25 * Math.sin(i + 1))),
      ),
    ).toBe(true);
  });
});

/** What a version says after a word and another. */
async function said(files: ModelFiles) {
  const classifier = await classifierOf(files);
  const input = [firstWordId, firstWordId + 1];
  const answer = { logits: classifier.after(input), probabilities: classifier.after(input, firstWordId) };
  classifier.dispose();
  return answer;
}

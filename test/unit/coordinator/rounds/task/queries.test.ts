import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { onDevices } from '@murmuration/rounds/evaluation/on-devices';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { accuracyBelow, accuracyWorseThanAtPromotion } from '@murmuration/rounds/task/retrain/triggers';
import { withSettings } from '@murmuration/rounds/task/settings';
import { describe, expect, it } from 'vitest';
import { valuesTask } from '../../server/federation.ts';

const masked: Partial<TaskDefinition> = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1 },
  update: { kind: 'ring', clip: 2, bits: 12, weightCap: 4 },
  cohort: { goal: 20, minimum: 10 },
};
const taken = defineQuery({ name: 'taken', kind: 'count' });

const budget = { epsilon: 1, delta: 1e-6, rounds: 10 };
const noised = defineQuery({ name: 'taken', kind: 'count', privacy: budget });

describe('the queries of a task', () => {
  it('may have noise of their own, beside a privacy budget of versions too', () => {
    const ring = { kind: 'ring', clip: 2, weighting: 'uniform' } as const;
    const privacy = { epsilon: 4, delta: 1e-6, rounds: 10 };
    for (const noise of ['correlated', 'skellam'] as const) {
      const task = valuesTask({ ...masked, update: ring, privacy: { ...privacy, noise }, queries: [noised] });
      expect(task.queries[0]!.query.privacy).toEqual({ ...budget, noise: 'skellam' });
    }
  });

  it('are asked by command, or every so often too', () => {
    const rare = defineQuery({ name: 'rare', kind: 'count' });
    const { queries } = valuesTask({ ...masked, queries: [taken, { query: rare, every: '2 h' }] });
    expect(queries).toEqual([
      { query: taken, every: null, drift: false },
      { query: rare, every: 7_200_000, drift: false },
    ]);
    expect(valuesTask().queries).toEqual([]);
    const items = defineQuery({ name: 'items', kind: 'top', items: ['a'] });
    const watched = valuesTask({ ...masked, queries: [{ query: items, drift: true }] });
    expect(watched.queries).toEqual([{ query: items, every: null, drift: true }]);
    expect(withSettings(watched, { cohort: { goal: 30 } }, 2).queries).toEqual(watched.queries);
  });

  it('stay as they are where an operator changes settings', () => {
    const task = valuesTask({
      ...masked,
      queries: [taken, { query: { ...taken, name: 'rare' }, every: '2 h' }],
    });
    const changed = withSettings(task, { cohort: { goal: 30 } }, 2);
    expect([changed.cohort.goal, changed.queries]).toEqual([30, task.queries]);
    // Fewer devices than a query asks for.
    expect(() => withSettings(task, { cohort: { goal: 9, minimum: 9 } }, 2)).toThrow('cohort.goal is 9');
  });

  it('VG10: ask for n-grams of the words that the task names, and of no others', () => {
    const asking = (classes: number, vocabulary: string[] | null) =>
      valuesTask({
        ...masked,
        vocabulary,
        queries: [defineQuery({ name: 'phrases', kind: 'ngrams', classes, firstClass: 4 })],
      });
    expect(asking(7, ['see', 'you', 'home']).queries).toHaveLength(1);
    // The vocabulary has grown, and the query was forgotten.
    for (const classes of [6, 8])
      expect(() => asking(classes, ['see', 'you', 'home'])).toThrow(
        `ask for n-grams of ${classes - 4} words ("phrases"), and vocabulary names 3: set its classes to 7`,
      );
    // A task that names no words may have any.
    expect(asking(8, null).queries).toHaveLength(1);
  });

  // biome-ignore format: one refusal a line
  it.each([
    ['without masking', { queries: [taken] }, 'need masking'],
    ['of one name', { ...masked, queries: [taken, { query: taken, every: '1 d' }] }, 'two of one name'],
    ['of more devices than a round wants', { ...masked, queries: [defineQuery({ name: 'many', kind: 'count', threshold: 21 })] }, 'cohort.goal is 20'],
    ['beside a privacy budget', { ...masked, update: { kind: 'ring', clip: 2, weighting: 'uniform' }, privacy: { epsilon: 4, delta: 1e-6, rounds: 10 }, queries: [taken] }, 'no noise'],
    ['with noise for devices of which all may leave it out', { ...masked, masking: { threat: 'malicious', corrupt: 0.5, dropping: 0.1 }, cohort: { goal: 20, minimum: 10, overSelection: 1 }, queries: [noised] }, 'no certain noise'],
    ['with more noise than any ring has room for', { ...masked, queries: [defineQuery({ name: 'wide', kind: 'sum', least: 0, most: 1, levels: 1_000_000, privacy: { epsilon: 0.5, delta: 1e-9, rounds: 1_000 } })] }, 'the ring has at most 32'],
    ['with noise that are watched for drift', { ...masked, queries: [{ query: defineQuery({ name: 'items', kind: 'top', items: ['a'], privacy: budget }), drift: true }] }, 'would be taken for drift'],
    ['with too few buckets for their devices', { ...masked, queries: [defineQuery({ name: 'words', kind: 'heavy-hitters', buckets: 64 })] }, 'too few buckets'],
    ['with heavy buckets of their own', { ...masked, queries: [{ ...defineQuery({ name: 'words', kind: 'heavy-hitters' }), heavy: new Uint8Array(6_144) }] }, 'without heavy buckets'],
    ['that are asked all the time', { ...masked, queries: [{ query: taken, every: '1 s' }] }, 'a minute at least'],
    ['that are no histogram and are watched for drift', { ...masked, queries: [{ query: taken, drift: true }] }, 'no histogram'],
    ['that defineQuery did not make', { ...masked, queries: [{ name: 'taken', kind: 'count' }] }, 'defineQuery'],
  ])('%s are refused', (_, change, why) => {
    const define = () => valuesTask(change as Partial<TaskDefinition>);
    expect(define).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    expect(define).toThrow(why);
  });

  it('whose sum could wrap are refused', () => {
    const wide = defineQuery({ name: 'wide', kind: 'sum', least: 0, most: 1, levels: 1_000_000 });
    const change = { ...masked, cohort: { goal: 5_000, minimum: 4_000 }, queries: [wide] };
    expect(() => valuesTask(change)).toThrow(expect.objectContaining({ code: 'config.ring' }));
  });

  it('are those of an evaluation on devices too, one of a task, which triggers may wait for', () => {
    const evaluation = onDevices({ every: '6 h', slices: ['short'] });
    const accuracy = accuracyBelow(0.2, { metric: 'top1' });
    const task = valuesTask({
      ...masked,
      queries: [taken],
      evaluation,
      retrain: { when: [accuracy], until: { rounds: 3 } },
    });
    expect([task.evaluator, task.queries.length]).toEqual([null, 2]);
    expect(task.queries[1]).toMatchObject({
      query: { name: 'evaluation', kind: 'evaluation', slices: ['short'], threshold: 10 },
      every: 21_600_000,
    });
    expect(withSettings(task, { cohort: { goal: 30 } }, 2).queries).toEqual(task.queries);
    const other = onDevices({ every: '1 h', name: 'other' });
    expect(() => valuesTask({ ...masked, evaluation, queries: [other.query] })).toThrow('two evaluations');
    expect(() => valuesTask({ evaluation })).toThrow('need masking');
    expect(() => valuesTask({ ...masked, evaluation: { evaluates: 'here' } as never })).toThrow('onDevices');
    expect(() => onDevices({ every: '1 h', metrics: [] })).toThrow('1 to 8 metrics');
  });

  it('measure what triggers of training may wait for, and nothing else is waited for', () => {
    const outcomes = defineQuery({ name: 'live', kind: 'outcomes', outcomes: ['accepted', 'ignored'] });
    const waitsFor = (metric: string, queries: TaskDefinition['queries']) => () =>
      valuesTask({
        ...masked,
        queries,
        retrain: { when: [accuracyBelow(0.2, { metric })], until: { rounds: 3 } },
      });
    for (const metric of ['accuracy', 'false-positives', 'false-negatives'])
      expect(waitsFor(metric, [])).not.toThrow();
    expect(waitsFor('ignored', [outcomes])).not.toThrow();
    for (const unmeasured of [waitsFor('ignored', [taken]), waitsFor('acepted', [outcomes])]) {
      expect(unmeasured).toThrow(expect.objectContaining({ code: 'config.invalid' }));
      expect(unmeasured).toThrow('which nobody measures');
    }
    const fell = accuracyWorseThanAtPromotion({ by: 0.1, metric: 'logLoss' });
    expect(() => valuesTask({ retrain: { when: [fell], until: { rounds: 3 } } })).toThrow('"logLoss"');
  });
});

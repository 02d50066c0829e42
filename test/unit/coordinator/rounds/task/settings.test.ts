import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { drift } from '@murmuration/rounds/task/retrain/triggers';
import { settingsOf, withSettings } from '@murmuration/rounds/task/settings';
import { describe, expect, it } from 'vitest';

const least = {
  name: 'least',
  model: () => {
    throw new Error('No model is made here.');
  },
  plan: { learningRate: 0.1 },
  update: { clip: 1 },
  cohort: { goal: 100, minimum: 60 },
  schedule: { every: '1 min' },
} as const;

/** A task that says all that can be said, each time something else than the default; what its masks and groups are has a test of their own. */
const whole = defineTask({
  ...least,
  name: 'whole',
  planVersion: 7,
  vocabulary: ['one', 'two'],
  plan: {
    epochs: 2,
    batchSize: 8,
    learningRate: 0.2,
    proximal: 0.1,
    gradientClip: 2,
    maxExamples: 99,
    sampledSoftmax: { negatives: 9 },
    privateLayers: ['own'],
  },
  update: { clip: 3, bits: 10, weighting: 'uniform' },
  masking: { threat: 'semi-malicious', corrupt: 0.1, dropping: 0.2, graph: 'complete' },
  privacy: { epsilon: 3, delta: 1e-7, rounds: 50, separation: 5 },
  cohort: { goal: 120, minimum: 110, overSelection: 1.2 },
  deadlines: {
    gathering: 1_000,
    messages: 5_000,
    updates: 40_000,
    grace: 7_000,
  },
  uploadSlot: 9_000,
  retrain: {
    when: [drift({ share: 0.5 })],
    cooldown: '1 d',
    quietHours: '22:00-06:00 Europe/Berlin',
    until: {
      rounds: 9,
      metric: 'loss',
      plateau: 3,
      target: 1,
      time: '1 h',
      failures: 2,
    },
  },
  schedule: { every: '2 min' },
  eligibility: {
    minExamples: 2,
    needs: ['idle', 'charging', 'unmetered'],
    minSdk: '0.1.0',
  },
  strategy: fedAdam(),
  evaluation: {
    measures: { top1: { better: 'higher', byExample: true } },
    evaluate: async () => ({}),
    close: async () => {},
  },
  gate: { better: 'top1', by: 0.1, test: 'mcnemar', neverWorse: ['top1'], size: '2 MiB' },
  watch: { metric: 'accuracy', worseBy: 0.1 },
  serving: {
    transformer: {
      inputs: [],
      outputs: [],
      input: inputs => ({ inputs }),
      output: outputs => outputs,
    },
    warmUp: [{ name: 'x', datatype: 'FP32', shape: [1], data: Float32Array.of(1) }],
  },
});

describe('a task under other settings', () => {
  it('keeps all that no operator changed, its privacy budget above all', () => {
    const after = withSettings(whole, {}, whole.planVersion);
    expect(after).toEqual(whole);
    const changed = withSettings(whole, { cohort: { overSelection: 1.5 } }, 8);
    expect(changed).toEqual({
      ...whole,
      planVersion: 8,
      cohort: { ...whole.cohort, overSelection: 1.5 },
    });
  });

  it('is tested with all that a task has, none of it as it is by default', () => {
    const plain = defineTask(least);
    // Groups need larger cohorts than a complete graph is for; serving and training by the coordinator, and canaries, rule out private
    // layers; what masks begins together, and a privacy budget rules out queries and cells (queries.test.ts).
    const same = (Object.keys(plain) as (keyof typeof plain)[]).filter(
      key => key !== 'model' && JSON.stringify(plain[key]) === JSON.stringify(whole[key]),
    );
    expect(
      same.filter(key => !['groups', 'spread', 'buffer', 'promote', 'central', 'queries'].includes(key)),
    ).toEqual([]);
    expect(Object.keys(whole).sort()).toEqual(Object.keys(plain).sort());
  });

  it('is spread over the same cells, with parts that are as small at least', () => {
    const spread = defineTask({
      ...least,
      masking: { smallestGroup: 10 },
      cohort: { goal: 100, minimum: 50, cells: 4 },
    } as TaskDefinition);
    expect(settingsOf(spread).cohort).toMatchObject({ cells: 4 });
    const changed = withSettings(spread, { cohort: { minimum: 60 } }, 2);
    expect(changed).toMatchObject({ spread: { count: 4, smallest: 10 }, cohort: { minimum: 60 } });
    expect(() => withSettings(spread, { cohort: { cells: 2 } }, 2)).toThrow(/definition of the task to say/);
    expect(() => withSettings(defineTask(least), { cohort: { cells: 2 } }, 2)).toThrow();
  });

  it('has no other privacy budget: the definition of the task says what it is', () => {
    expect(Object.keys(settingsOf(whole))).not.toContain('privacy');
    expect(() => withSettings(whole, { privacy: null }, 8)).toThrow("operators can't change it");
  });
});

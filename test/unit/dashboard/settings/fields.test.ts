import type { Settings } from '@murmuration/api/settings';
import { changesOf, textsOf } from '@murmuration/dashboard/settings/fields';
import { describe, expect, it } from 'vitest';

const settings: Settings = {
  plan: {
    epochs: 1,
    batchSize: 16,
    learningRate: 0.5,
    proximal: 0,
    gradientClip: null,
    maxExamples: 5_000,
    seed: 1,
    sampledSoftmax: null,
    privateLayers: [],
  },
  update: { kind: 'ring', clip: 1, bits: 8, weighting: 'examples', weightCap: 32 },
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' },
  cohort: { goal: 40, minimum: 25, overSelection: 1.3 },
  deadlines: {
    gathering: 30_000,
    keys: 10_000,
    shares: 10_000,
    updates: 180_000,
    agreement: 20_000,
    unmasking: 20_000,
    grace: 20_000,
    evaluation: 60_000,
  },
  schedule: { every: 300_000 },
  eligibility: {
    minExamples: 50,
    idle: true,
    charging: false,
    unmetered: true,
    minFreeMiB: 64,
    minSdk: '0.1.0',
  },
};

describe('settings in a form', () => {
  const before = textsOf(settings);

  it('are texts as people write them', () => {
    expect(before).toMatchObject({
      'cohort.goal': '40',
      'schedule.every': '5 min',
      'eligibility.idle': 'true',
      'masking.threat': 'malicious',
    });
  });

  it('ask for no change where nothing is changed', () => {
    expect(changesOf(before, { ...before })).toEqual({});
  });

  it('ask for what is changed alone, each in its kind, and leave what is no number to the coordinator', () => {
    const after = {
      ...before,
      'cohort.goal': '60',
      'schedule.every': '2 h',
      'eligibility.charging': 'true',
      'plan.learningRate': 'fast',
      'update.clip': '',
    };
    expect(changesOf(before, after)).toEqual({
      cohort: { goal: 60 },
      schedule: { every: '2 h' },
      eligibility: { charging: true },
      plan: { learningRate: 'fast' },
      update: { clip: '' },
    });
  });

  it('switch masking off as a whole', () => {
    expect(changesOf(before, { ...before, 'masking.threat': 'off' })).toEqual({ masking: 'off' });
    const off = textsOf({ ...settings, masking: 'off' });
    expect(off['masking.threat']).toBe('off');
    expect(changesOf(off, { ...off, 'masking.threat': 'malicious' })).toEqual({
      masking: { threat: 'malicious' },
    });
  });
});

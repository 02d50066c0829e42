import type { Settings } from '@murmuration/api/settings';
import { changesOf, problemOf, textsOf } from '@murmuration/dashboard/settings/fields';
import { problemInWords } from '@murmuration/dashboard/settings/words';
import { describe, expect, it } from 'vitest';

const settings: Settings = {
  plan: {
    epochs: 1,
    batchSize: 16,
    learningRate: 0.5,
    proximal: 0,
    gradientClip: null,
    maxExamples: 5_000,
    sampledSoftmax: null,
    optimizer: null,
    privateLayers: [],
  },
  update: { kind: 'ring', clip: 1, bits: 8, weighting: 'examples', weightCap: 32 },
  masking: {
    threat: 'malicious',
    corrupt: 0.05,
    dropping: 0.1,
    graph: 'sparse',
    groups: 1,
    smallestGroup: 16,
  },
  cohort: { goal: 40, minimum: 25, overSelection: 1.3 },
  deadlines: {
    gathering: 30_000,
    messages: 20_000,
    updates: 180_000,
    grace: 20_000,
  },
  schedule: { every: 300_000 },
  eligibility: {
    minExamples: 50,
    needs: ['idle', 'unmetered'],
    minSdk: '0.1.0',
  },
};

describe('settings in a form', () => {
  const before = textsOf(settings);

  it('are texts as people write them', () => {
    expect(before).toMatchObject({
      'cohort.goal': '40',
      'schedule.every': '5 min',
      'eligibility.needs': 'idle, unmetered',
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
      'eligibility.needs': 'idle, charging',
      'plan.learningRate': 'fast',
      'update.clip': '',
    };
    expect(changesOf(before, after)).toEqual({
      cohort: { goal: 60 },
      schedule: { every: '2 h' },
      eligibility: { needs: ['idle', 'charging'] },
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

describe('what is wrong with a text', () => {
  it.each([
    ['integer', '9', null],
    ['integer', ' 9 ', null],
    ['integer', '1.5', 'integer'],
    ['integer', 'few', 'integer'],
    ['integer', '', 'missing'],
    ['number', '0.25', null],
    ['number', '1e-3', null],
    ['number', 'half', 'number'],
    ['duration', '30 s', null],
    ['duration', '1.5 min', null],
    ['duration', '30', 'duration'],
    ['text', '0.1.0', null],
    ['list', '', null],
  ] as const)('that is to be a %s, %j: %s', (kind, text, problem) => {
    expect(problemOf(kind, text)).toBe(problem);
  });
});

describe('what the coordinator says of a setting', () => {
  it.each([
    ['must be at most cohort.goal (2), not 9', 'Must be at most “Updates wanted” (2), not 9.'],
    ['expected an integer of 1 or more; found 0', 'Enter an integer of 1 or more.'],
    ['there is no such field', 'There is no such field.'],
    ['there is no such field. Did you mean "bits"?', 'There is no such field. Did you mean "bits"?'],
  ])('%s', (message, words) => {
    expect(problemInWords(message)).toBe(words);
  });
});

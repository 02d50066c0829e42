import { central } from '@murmuration/rounds/task/central';
import {
  type CentralTaskDefinition,
  defineTask,
  type TaskDefinition,
} from '@murmuration/rounds/task/define-task';
import { newExamples } from '@murmuration/rounds/task/retrain/triggers';
import { withSettings } from '@murmuration/rounds/task/settings';
import { describe, expect, it } from 'vitest';

const examples = new URL('file:///examples.mjs');
const least = {
  name: 'central',
  model: () => {
    throw new Error('No model is made here.');
  },
  plan: { learningRate: 0.1 },
  schedule: { every: '1 min' },
} as const;
const define = (change: object = {}) =>
  defineTask({ ...least, training: central({ examples }), ...change } as CentralTaskDefinition);
const devices = { update: { clip: 1 }, masking: 'off', cohort: { goal: 3, minimum: 2 } } as const;

describe('a task that no device trains', () => {
  it('says nothing of devices', () => {
    expect(define()).toMatchObject({
      central: { examples: 'file:///examples.mjs', versions: null, counted: 600_000 },
      masking: null,
      privacy: null,
    });
  });

  it.each([
    ['cohort', { cohort: { goal: 3, minimum: 2 } }],
    ['update', { update: { clip: 1 } }],
    ['masking', { masking: 'off' }],
    ['privacy', { privacy: { epsilon: 1, delta: 1e-6, rounds: 2 } }],
    ['eligibility', { eligibility: { needs: ['idle'] } }],
  ])('is refused with %s', (field, change) => {
    expect(() => define(change)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        detail: expect.stringMatching(new RegExp(`${field} is for devices.*versions: in central`)),
      }),
    );
  });

  it('is as it was under other settings, of which some are for devices', () => {
    const task = define();
    const { examples: module } = task.central!;
    const strategy = expect.objectContaining({ name: 'fedAvg' });
    expect(withSettings(task, {}, task.planVersion)).toEqual({ ...task, strategy });
    const changed = withSettings(task, { plan: { epochs: 3 } }, 2);
    expect(changed).toMatchObject({ planVersion: 2, training: { epochs: 3 }, central: { examples: module } });
    expect(() => withSettings(task, { cohort: { goal: 9 } }, 2)).toThrow(
      /what they can is plan, deadlines, schedule/,
    );
  });
});

describe('a task whose first versions no device trains', () => {
  it('says of devices what others say', () => {
    const training = central({ examples, versions: 5 });
    const task = defineTask({ ...least, ...devices, training } as TaskDefinition);
    expect(task).toMatchObject({ central: { versions: 5 }, cohort: { goal: 3 } });
    expect(withSettings(task, {}, task.planVersion)).toEqual(task);
    expect(() => defineTask({ ...least, training } as never)).toThrow(
      expect.objectContaining({ code: 'config.invalid' }),
    );
  });
});

describe('central training', () => {
  it.each<[string, () => unknown, string]>([
    ['no module', () => central({} as never), 'new URL("./examples.ts", import.meta.url)'],
    ['a path', () => central({ examples: './examples.ts' }), 'new URL("./examples.ts", import.meta.url)'],
    ['no versions', () => central({ examples, versions: 0 }), 'versions'],
    ['counts all the time', () => central({ examples, counted: 10 }), 'expected a second at least'],
    ['an unknown word', () => central({ examples, epochs: 3 } as never), 'there is no such field'],
    [
      'private layers',
      () => define({ plan: { learningRate: 0.1, privateLayers: ['own'] } }),
      'plan.privateLayers',
    ],
    ['what is none', () => define({ training: 'central' }), 'expected central({ examples: … })'],
    [
      'new examples of devices',
      () => defineTask({ ...least, ...devices, retrain: { when: [newExamples(9)], until: { rounds: 1 } } }),
      "the examples of devices can't be counted",
    ],
  ])('is refused with %s', (_, make, said) => {
    expect(make).toThrow(
      expect.objectContaining({ code: 'config.invalid', detail: expect.stringContaining(said) }),
    );
  });
});

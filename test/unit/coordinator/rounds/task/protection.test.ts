import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { median } from '@murmuration/rounds/strategy/median';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { protections, weakenedBy, weakerThan } from '@murmuration/rounds/task/protection';
import { withSettings } from '@murmuration/rounds/task/settings';
import { describe, expect, it } from 'vitest';
import { lineTask } from '../../../../e2e/line.ts';

const strict: Partial<TaskDefinition> = {
  plan: { learningRate: 0.1, maxExamples: 100 },
  update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform' },
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'complete' },
  cohort: { goal: 100, minimum: 80 },
  eligibility: { minExamples: 10, minSdk: '0.10.0' },
};
const whole = lineTask(strict);
/** Six groups of at least ten. */
const grouped = lineTask({
  ...strict,
  masking: { ...(strict.masking as object), groups: 6, smallestGroup: 10 },
  strategy: inGroups(median()),
} as Partial<TaskDefinition>);

/** For each protection a change that weakens it, and what it goes along with. */
const changes: Readonly<Record<string, object>> = {
  masking: { masking: 'off' },
  'masking.threat': { masking: { threat: 'semi-malicious' } },
  'masking.corrupt': { masking: { corrupt: 0.04 } },
  'masking.dropping': { masking: { dropping: 0.05 } },
  'masking.graph': { masking: { graph: 'sparse' } },
  'masking.groups': { masking: { groups: 7 } },
  'masking.smallestGroup': { masking: { smallestGroup: 7 } },
  'cohort.goal': { cohort: { goal: 99 } },
  'cohort.minimum': { cohort: { minimum: 79 } },
  'update.kind': { masking: 'off', update: { kind: 'float32' } },
  'update.clip': { update: { clip: 1.1 } },
  'update.bits': { update: { bits: 9 } },
  'update.weighting': { update: { weighting: 'examples', weightCap: 1 } },
  'update.weightCap': { update: { weighting: 'examples', weightCap: 2 } },
  'plan.maxExamples': { plan: { maxExamples: 99 } },
  'eligibility.minExamples': { eligibility: { minExamples: 9 } },
  'eligibility.minSdk': { eligibility: { minSdk: '0.9.12' } },
};

describe('what protects devices', () => {
  it.each(protections.map(({ field }) => field))(
    'is weaker with a weaker %s, and not the other way round',
    field => {
      const task = field.startsWith('masking.') && /roup/.test(field) ? grouped : whole;
      const weak = withSettings(task, changes[field] as Record<string, unknown>, 2);
      expect(weakerThan(task, weak).map(each => each.field)).toContain(field);
      expect(weakerThan(weak, task).map(each => each.field)).not.toContain(field);
      expect(weakerThan(weak, weak)).toEqual([]);
    },
  );

  it('is no weaker by a change that only does not undo what another one weakened', () => {
    const task = whole;
    const weak = withSettings(task, { cohort: { goal: 50, minimum: 40 } }, 2);
    const quicker = withSettings(weak, { plan: { learningRate: 0.2 } }, 3);
    const larger = withSettings(weak, { cohort: { goal: 60 } }, 3);
    for (const after of [quicker, larger]) expect(weakenedBy(task, weak, after)).toEqual([]);
    expect(weakenedBy(task, weak, task)).toEqual([]);
    const smaller = withSettings(weak, { cohort: { goal: 45 } }, 3);
    expect(weakenedBy(task, weak, smaller)).toMatchObject([{ field: 'cohort.goal', from: 100, to: 45 }]);
  });
});

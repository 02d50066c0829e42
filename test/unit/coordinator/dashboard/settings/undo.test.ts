import { takenBack, undoOf } from '@murmuration/dashboard/settings/undo';
import { describe, expect, it } from 'vitest';

describe('the undoing of a change', () => {
  it('has an address', () => {
    expect(undoOf('line', 12)).toBe('#/settings/task/line?undo=12');
  });

  it('sets the fields that were changed to what they were, and no others', () => {
    const changes = [
      { field: 'cohort.goal', from: 2, to: 5 },
      { field: 'cohort.minimum', from: 1, to: 4 },
      { field: 'schedule.every', from: 60_000, to: 5_000 },
      { field: 'plan.gradientClip', from: null, to: 1 },
    ];
    expect(takenBack(changes)).toEqual({
      cohort: { goal: 2, minimum: 1 },
      schedule: { every: 60_000 },
      plan: { gradientClip: null },
    });
  });

  const masking = { threat: 'malicious', corrupt: 0.1 };
  const on = Object.entries(masking).map(([name, to]) => ({ field: `masking.${name}`, from: null, to }));
  const off = Object.entries(masking).map(([name, from]) => ({ field: `masking.${name}`, from, to: null }));
  const toOff = { field: 'masking', from: null, to: 'off' };
  const fromOff = { field: 'masking', from: 'off', to: null };

  it('turns masking on again with all its fields', () => {
    expect(takenBack([...off, toOff])).toEqual({ masking });
    expect(takenBack([toOff, ...off])).toEqual({ masking });
  });

  it('turns masking off again', () => {
    expect(takenBack([fromOff, ...on])).toEqual({ masking: 'off' });
    expect(takenBack([...on, fromOff])).toEqual({ masking: 'off' });
  });
});

import { inGraph } from '@murmuration/coordinator/round/phases/keys';
import { cohortSizeOf } from '@murmuration/coordinator/task/task';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { keyboardTask } from '@murmuration/simulations/keyboard/task';
import { besideVisitors, smallRounds } from '@murmuration/simulations/visitors/small-rounds';
import { describe, expect, it } from 'vitest';

const taskOf = (cohort: number, devices = 280) =>
  keyboardTask({
    cohort,
    devices,
    overSelection: 1.3,
    seed: 1,
    masking: 'on',
    graph: 'sparse',
    lose: 0,
    heldOut: { words: [], messages: [] },
  });

describe('rounds with a visitor', () => {
  it.each([40, 12, 8, 100])(
    'of a task with a cohort of %i have few phones and a place for the visitor',
    cohort => {
      const small = smallRounds(taskOf(cohort));
      const phones = besideVisitors(280, small);
      expect(small.cohort.goal).toBeLessThanOrEqual(Math.max(8, cohort / 7));
      expect(phones + 1).toBeLessThanOrEqual(Math.ceil(inGraph * small.cohort.goal));
      expect(phones).toBeGreaterThanOrEqual(small.cohort.minimum);
    },
  );

  it('go on when a tab is closed, and do not wait long for it', () => {
    const small = smallRounds(taskOf(40));
    const { devices, threshold } = findParameters(besideVisitors(280, small) + 1, small.masking!);
    expect(devices - 2).toBeGreaterThanOrEqual(threshold);
    expect(devices - 2).toBeGreaterThanOrEqual(small.cohort.minimum);
    expect(small.deadlines.gathering + small.deadlines.grace).toBeLessThanOrEqual(5_000);
  });

  it('have updates as wide as the others, and are never larger than these', () => {
    for (const cohort of [5, 6, 40, 215]) {
      const task = taskOf(cohort);
      const small = smallRounds(task);
      expect(cohortSizeOf(small)).toBe(cohortSizeOf(task));
      expect(small.cohort.goal).toBeLessThanOrEqual(cohort);
      expect(small.cohort.overSelection).toBeLessThanOrEqual(10);
    }
  });
});

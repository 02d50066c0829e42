import { visitedRounds } from '@murmuration/demo/visitors/visited-rounds';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { inGraph } from '@murmuration/rounds/round/phases/keys';
import { cohortSizeOf } from '@murmuration/rounds/task/task';
import { keyboardTask } from '@murmuration/studies/keyboard/task';
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
  it.each([40, 12, 100])('of a task with a cohort of %i have as many phones, and visitors on top', cohort => {
    const visited = visitedRounds(taskOf(cohort));
    const [drawn, visitors] = [cohortSizeOf(visited), 2];
    // Nobody who is drawn is shed before masks are made.
    expect(Math.ceil(visited.cohort.goal * inGraph)).toBeGreaterThanOrEqual(drawn);
    expect(drawn - visitors).toBeGreaterThanOrEqual(cohort);
  });

  it('go on when tabs are closed, and do not wait long for them', () => {
    const visited = visitedRounds(taskOf(40));
    const { devices, threshold } = findParameters(cohortSizeOf(visited), visited.masking!);
    expect(devices - 2).toBeGreaterThanOrEqual(threshold);
    expect(devices - 2).toBeGreaterThanOrEqual(visited.cohort.minimum);
    expect(visited.deadlines.gathering + visited.deadlines.grace).toBeLessThanOrEqual(5_000);
  });

  it('draw as many devices as the others, so that updates are as wide, and fail no sooner', () => {
    for (const [cohort, devices] of [
      [5, 280],
      [6, 280],
      [40, 280],
      [215, 280],
      [280, 280],
      [40, 40],
      [8, 9],
    ] as const) {
      const task = taskOf(cohort, devices);
      const visited = visitedRounds(task);
      expect(cohortSizeOf(visited)).toBe(cohortSizeOf(task));
      expect(visited.cohort.goal).toBeGreaterThanOrEqual(cohort);
      expect(visited.cohort.minimum).toBe(task.cohort.minimum);
      expect(visited.cohort.overSelection).toBeGreaterThanOrEqual(1);
    }
  });
});

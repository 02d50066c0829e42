import { withSettings } from '@murmuration/rounds/task/settings';
import { SettingsError } from '@murmuration/rounds/task/settings-error';
import { addsAsTheyCome, type Task } from '@murmuration/rounds/task/task';

/** Variant of a task that a few local devices can learn. */
export interface SmallTask {
  readonly task: Task;
  /** True if masking was left out because there are too few devices. */
  readonly isUnmasked: boolean;
}

/** Milliseconds between the starts of rounds. */
const roundIntervalMs = 2_000;

/**
 * Adapts the task to `devices` devices: cohorts of at most that many, where one may be lost, a round every
 * two seconds, and no waiting before uploads. Masking stays if its graph is possible with so few. Throws
 * `SettingsError`.
 */
export function smallTask(task: Task, devices: number): SmallTask {
  const { goal, minimum } = task.cohort;
  const change = {
    cohort: {
      goal: Math.min(goal, devices),
      ...(!addsAsTheyCome(task) && {
        minimum: Math.min(minimum, Math.max(1, devices - 1)),
        overSelection: 1,
      }),
      ...(task.buffer && { concurrency: Math.min(task.buffer.concurrency, devices) }),
    },
    schedule: { every: roundIntervalMs },
  };
  const small = (more: object) => ({
    ...withSettings(task, { ...change, ...more }, task.planVersion),
    uploadSlot: 0,
  });
  try {
    return { task: small({}), isUnmasked: false };
  } catch (error) {
    // Masking of the buffers of an asynchronous task depends on its definition.
    if (task.masking === null || task.buffer || !(error instanceof SettingsError)) throw error;
    return { task: small({ masking: 'off' }), isUnmasked: true };
  }
}

import { withSettings } from '@murmuration/rounds/task/settings';
import { SettingsError } from '@murmuration/rounds/task/settings-error';
import { addsAsTheyCome, type Task } from '@murmuration/rounds/task/task';

/** A task as a few local devices can learn it. */
export interface SmallTask {
  readonly task: Task;
  /** Whether its masking was left out, for which there are too few devices. */
  readonly isUnmasked: boolean;
}

/** ms from the beginning of a round to that of the next. */
const interval = 2_000;

/**
 * The task for `devices` devices: cohorts of no more than these, one of which may be lost, a round every two seconds, and no waiting before
 * uploads. Masking stays where its graph is possible with so few. Throws `SettingsError`.
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
    schedule: { every: interval },
  };
  const small = (more: object) => ({
    ...withSettings(task, { ...change, ...more }, task.planVersion),
    uploadSlot: 0,
  });
  try {
    return { task: small({}), isUnmasked: false };
  } catch (error) {
    // Whether the buffers of an asynchronous task mask is for its definition to say.
    if (task.masking === null || task.buffer || !(error instanceof SettingsError)) throw error;
    return { task: small({ masking: 'off' }), isUnmasked: true };
  }
}

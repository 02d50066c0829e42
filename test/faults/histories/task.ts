import { layoutOf } from '@murmuration/protocol/weights/layout';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { median } from '@murmuration/rounds/strategy/median';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { Task } from '@murmuration/rounds/task/task';
import type { Setting } from './operations.ts';

export const layout = layoutOf([{ name: 'dense/kernel', shape: [2, 3] }]);

/** Six are drawn; under masking five of them come into the graph, which survives the loss of one. */
export function taskOf({ masked, agreeing, consumes, update, buffered }: Setting): Task {
  const task = defineTask({
    name: 'values',
    model: () => {
      throw new Error('The first version is stored by the history.');
    },
    plan: { learningRate: 0.1 },
    update:
      update === 'ring' ? { clip: 2, bits: 12, weightCap: 4 } : { kind: 'float32', clip: 100, weightCap: 4 },
    masking: masked
      ? { threat: agreeing ? 'malicious' : 'honest-but-curious', corrupt: 0.1, dropping: 0.3 }
      : 'off',
    strategy: consumes === 'sum' ? fedAvgM() : median(),
    cohort: buffered
      ? { mode: 'asynchronous', goal: 3, concurrency: 5, maxStaleness: 2 }
      : { goal: 4, minimum: 3, overSelection: 1.5 },
    deadlines: { gathering: '10 s', updates: '20 s', grace: '2 s' },
    uploadSlot: 0,
    schedule: { every: buffered ? '1 s' : '5 s' },
  } as TaskDefinition);
  const each = 5_000;
  const deadlines = { ...task.deadlines, keys: each, shares: each, agreement: each, unmasking: each };
  return { ...task, deadlines };
}

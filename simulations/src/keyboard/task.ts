import { workerEvaluator } from '@murmuration/coordinator/evaluation/worker-evaluator';
import { fedAvgM } from '@murmuration/coordinator/strategy/fed-avg-m';
import { defineTask } from '@murmuration/coordinator/task/define-task';
import type { Task } from '@murmuration/coordinator/task/task';
import { nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import type { HeldOutText } from './evaluate.ts';

export interface KeyboardSettings {
  /** Updates that a round waits for. */
  readonly cohort: number;
  /** Phones that there are. */
  readonly devices: number;
  readonly seed: number;
  readonly heldOut: HeldOutText;
}

/** Devices chosen for each update that is wanted, where there are enough of them. */
const overSelection = 1.3;
/** Share of the cohort without whose updates a round fails. */
const quorum = 0.625;

/** The keyboard task as `npm start` runs it: the small model, one round after the other. */
export function keyboardTask({ cohort, devices, seed, heldOut }: KeyboardSettings): Task {
  return defineTask({
    name: 'keyboard',
    model: () => nextWordModel(smallModel, seed),
    plan: { epochs: 1, batchSize: 8, learningRate: 3, maxExamples: 200, seed },
    update: { clip: 10, bits: 8, weighting: 'examples', weightCap: 8 },
    cohort: {
      goal: cohort,
      minimum: Math.ceil(cohort * quorum),
      overSelection: Math.min(overSelection, devices / cohort),
    },
    deadlines: { gathering: '1 min', updates: '10 min' },
    schedule: { every: 0 },
    strategy: fedAvgM({ serverLearningRate: 1, momentum: 0.7 }),
    evaluation: workerEvaluator(new URL('./evaluate.ts', import.meta.url), heldOut),
  });
}

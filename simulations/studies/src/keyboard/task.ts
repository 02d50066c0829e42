import { nextWordModel, smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { keyboardServing } from '@murmuration/demo-keyboard-app/task/serving';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { NgramsQuery } from '@murmuration/protocol/queries/query';
import { fewestContributors } from '@murmuration/protocol/secagg/assumptions';
import { workerEvaluator } from '@murmuration/rounds/evaluation/worker-evaluator';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import { defineTask } from '@murmuration/rounds/task/define-task';
import type { Task } from '@murmuration/rounds/task/task';
import type { HeldOutText } from './evaluate.ts';

export interface KeyboardSettings {
  /** Updates that a round waits for. */
  readonly cohort: number;
  /** Number of phones. */
  readonly devices: number;
  /** Devices chosen for each update that is wanted, if there are enough. */
  readonly overSelection: number;
  readonly seed: number;
  readonly masking: 'on' | 'off';
  /** Graph of the devices that mask with one another. */
  readonly graph: 'sparse' | 'complete';
  /** Share of a cohort that will fall silent. */
  readonly lose: number;
  readonly heldOut: HeldOutText;
  /** Model before any round; untrained by default. */
  readonly model?: Task['model'];
  /** Words of that model, so that it may learn more of them later; by default it never does. */
  readonly vocabulary?: readonly string[];
  /** Query for n-grams that devices have in common, which later versions contain; none by default. */
  readonly ngrams?: NgramsQuery | undefined;
  /** Server's learning rate; the default suits an untrained model. */
  readonly serverLearningRate?: number;
}

/** Messages that a phone must have to be drawn. */
export const fewestExamples = 5;
/** Phones whose updates a round needs to take full steps. */
const fullWeight = 40;
/** Share of the cohort without whose updates a round fails. */
const quorum = 0.625;
/** Minimum share of lost devices that the masks survive. */
const dropping = 0.1;

/**
 * Defines the keyboard task of `npm start`: the small model, one round after the other. If phones are made to
 * fall silent, each round waits for them, so deadlines are shorter to suit a person who watches.
 */
export function keyboardTask({
  cohort,
  devices,
  overSelection,
  seed,
  masking,
  graph,
  lose,
  heldOut,
  model = () => nextWordModel(smallModel, seed),
  vocabulary,
  ngrams,
  serverLearningRate = 0.15,
}: KeyboardSettings): Task {
  const [messages, updates, grace] = lose > 0 ? ['20 s', '90 s', '5 s'] : ['30 s', '10 min', '20 s'];
  const task = defineTask({
    name: 'keyboard',
    model,
    vocabulary: vocabulary ? [...vocabulary] : null,
    plan: { batchSize: 8, learningRate: 3, gradientClip: 1, maxExamples: 200 },
    update: { clip: 15, weighting: 'uniform' },
    masking: masking === 'off' ? 'off' : { dropping: Math.max(dropping, 2 * lose), graph },
    cohort: {
      goal: cohort,
      minimum: Math.max(masking === 'off' ? 1 : fewestContributors, Math.ceil(cohort * quorum)),
      overSelection: Math.min(overSelection, devices / cohort),
    },
    deadlines: { messages, updates, grace },
    uploadSlot: 0,
    schedule: { every: 0 },
    eligibility: { minExamples: fewestExamples },
    strategy: fedAdam({ serverLearningRate, tau: 0.0005, fullWeight }),
    queries: ngrams ? [ngrams] : [],
    serving: {
      transformer: keyboardServing(new Vocabulary(heldOut.words)).transformer,
      ngrams: ngrams?.name ?? null,
    },
    evaluation: workerEvaluator(new URL('./evaluate.ts', import.meta.url), heldOut),
  });
  return { ...task, training: { ...task.training, seed } };
}

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
  /** Phones that there are. */
  readonly devices: number;
  /** Devices chosen for each update that is wanted, where there are enough of them. */
  readonly overSelection: number;
  readonly seed: number;
  readonly masking: 'on' | 'off';
  /** Who masks with whom. */
  readonly graph: 'sparse' | 'complete';
  /** Share of a cohort that will fall silent. */
  readonly lose: number;
  readonly heldOut: HeldOutText;
  /** The model before any round; by default one that has learned nothing. */
  readonly model?: Task['model'];
  /** The words of that model, so that it may learn more of them later; by default it never does. */
  readonly vocabulary?: readonly string[];
  /** Asks devices for the n-grams that they have in common, which versions carry from then on; by default nobody is asked. */
  readonly ngrams?: NgramsQuery | undefined;
  /** How far a round moves the model; by default as far as suits one that has learned nothing. */
  readonly serverLearningRate?: number;
}

/** Messages that a phone must have to be drawn. */
export const fewestExamples = 5;
/** Phones whose updates a round needs to take full steps. */
const fullWeight = 40;
/** Share of the cohort without whose updates a round fails. */
const quorum = 0.625;
/** Share of lost devices that the masks survive at least. */
const dropping = 0.1;

/**
 * The keyboard task as `npm start` runs it: the small model, one round after the other. Where phones are made to fall
 * silent, each of their rounds waits for them: for a shorter time, so that a person may wait for it.
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
  const [brief, long, grace] = lose > 0 ? ['10 s', '90 s', '5 s'] : ['30 s', '10 min', '20 s'];
  return defineTask({
    name: 'keyboard',
    model,
    vocabulary: vocabulary ? [...vocabulary] : null,
    plan: { epochs: 1, batchSize: 8, learningRate: 3, gradientClip: 1, maxExamples: 200, seed },
    update: { clip: 15, bits: 8, weighting: 'uniform' },
    masking:
      masking === 'off'
        ? 'off'
        : { threat: 'malicious', corrupt: 0.05, dropping: Math.max(dropping, 2 * lose), graph },
    cohort: {
      goal: cohort,
      minimum: Math.max(masking === 'off' ? 1 : fewestContributors, Math.ceil(cohort * quorum)),
      overSelection: Math.min(overSelection, devices / cohort),
    },
    deadlines: {
      gathering: '30 s',
      keys: brief,
      shares: brief,
      updates: long,
      agreement: brief,
      unmasking: brief,
      grace,
    },
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
}

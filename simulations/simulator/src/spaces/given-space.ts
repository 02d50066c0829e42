import type { Distribution } from './distributions.ts';

/** What is searched, and with how many trainings, as a file says it; whatever is left out but `settings` has its default. */
export interface GivenSpace {
  /** Where the values of each setting come from, by its path as `--set` has it, such as `plan.learningRate`. */
  readonly settings: Readonly<Record<string, Distribution>>;
  /** Of the scenario: what is to be as good as possible; its first one by default. */
  readonly metric?: string;
  /** `federated`, the default: rounds of devices. `central`: their examples in one place, as a coordinator's central task has them. */
  readonly training?: 'federated' | 'central';
  /** Settings that are drawn; 27 by default, 1 to 1,000. */
  readonly trials?: number;
  /** Rounds of a whole training, or passes over the examples where it is central; `stop.rounds` of the scenario by default. */
  readonly rounds?: number;
  /** One in so many trials goes on to the next rung, which is as many times longer (η); 3 by default, 2 to 10. */
  readonly eta?: number;
  /** Rungs of the ladder; as many by default as leave one trial or more on the last one, and one round or more on the first. */
  readonly rungs?: number;
  /** Trials of the last rungs that are trained again from other seeds; 3 by default, 1 to 20. */
  readonly leaders?: number;
  /** How often each of them is; 2 by default, 1 to 20. */
  readonly repeats?: number;
  /** Seeds, from 1 on, from which each choice is trained in the end, and measured on held-out data; 3 by default, 1 to 20. */
  readonly finals?: number;
  /** Points for each setting of a grid that is trained beside the search; null, the default: no grid. */
  readonly grid?: number | null;
  /** Searches, each from a seed of its own; 1 by default, at most 20. */
  readonly searches?: number;
}

/** Names the settings that are searched, for a file whose default export it is. */
export function defineSpace(space: GivenSpace): GivenSpace {
  return space;
}

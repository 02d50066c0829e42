import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { measure } from '../evaluation/measure.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { History } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { StrategyState } from '../strategy/strategy.ts';
import type { Task } from '../task/task.ts';
import type { NgramsOf } from './ngram-chain.ts';

/** Fields of a version that don't follow from its task and model. */
interface Place extends Pick<ModelVersion, 'number' | 'parent' | 'vocabulary'> {
  /** State of the strategy for the next round. */
  readonly state: StrategyState;
}

/** Dependencies of versions without a round: their storage, and the source of their n-grams. */
export interface VersionPorts {
  readonly registry: Registry;
  readonly history: History;
  readonly clock: Clock;
  readonly ngramsOf: NgramsOf;
}

/**
 * Stores a model as a version of a task without a round, measures it, and commits it with the n-grams that a
 * version of a round would have now: entirely or not at all. Returns its hash. Throws as `Registry.store` and
 * `History.commit`.
 */
export async function commitWithoutRound(
  task: Task,
  { topology, layout, weights }: Pick<ModelFiles, 'topology' | 'layout' | 'weights'>,
  { number, parent, vocabulary, state }: Place,
  { registry, history, clock, ngramsOf }: VersionPorts,
): Promise<ModelHash> {
  const ngrams = await ngramsOf(task);
  const files = await registry.store(topology, layout, weights, task.serving.weights, ngrams?.file);
  const version: ModelVersion = {
    model: files.hash,
    task: task.name,
    number,
    parent,
    round: null,
    strategy: task.strategy.name,
    planVersion: task.planVersion,
    contributors: 0,
    ...(vocabulary && { vocabulary }),
    metrics: await measure(task, files, clock),
    ...(ngrams && { ngrams: ngrams.counts }),
    createdAt: clock.now(),
  };
  await history.commit({ head: { version, state } });
  return files.hash;
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { MaskingSettings, UpdateSettings } from '@murmuration/protocol/messages/plan';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { wrongTask } from '../configuration/config-error.ts';
import type { EachStrategy, Strategy } from '../strategy/strategy.ts';
import { type Choices, refuseTogether } from './prohibitions.ts';
import { cohortSizeOf, largestSumOf, type Task, type TaskQuery } from './task.ts';
import type { Promotion } from './task-promotion.ts';

const largestCohortOfPlans = 1_000_000;
/** Most updates that a round keeps in memory for a strategy of single updates. */
const largestCohortOfEach = 1_000;

/**
 * Throws `config.invalid` for a cohort above the largest that a plan may name, `config.ring` if updates
 * could overflow their sum.
 */
export function refuseOverflow(task: Task): void {
  const largestCohort = cohortSizeOf(task);
  if (largestCohort > largestCohortOfPlans)
    throw wrongTask(
      `cohort.goal × cohort.overSelection is ${largestCohort}; a cohort has at most ${largestCohortOfPlans} devices`,
    );
  // Overflow depends only on these settings, not on the number of values.
  if (task.update.kind === 'ring') quantizationFor(1, { ...task.update, largestCohort: largestSumOf(task) });
}

/**
 * Throws `config.invalid` if a strategy of single updates would keep too many, or have too few for its
 * guarantee.
 */
export function refuseKeepingEach(
  { name, fewest = 1 }: EachStrategy,
  { cohort }: Pick<Task, 'cohort'>,
): void {
  if (cohort.goal > largestCohortOfEach)
    throw wrongTask(
      `the strategy ${name} keeps every update of a round in memory; cohort.goal is at most ${largestCohortOfEach} then, not ${cohort.goal}`,
    );
  if (cohort.minimum < fewest)
    throw wrongTask(
      `cohort.minimum must be at least ${fewest} for the strategy ${name}, not ${cohort.minimum}; below that it promises nothing`,
    );
}

/** Smallest weight cap that still tells losses apart, and the default. */
const [leastFairCap, fairCapByDefault] = [1_024, 4_096];

/**
 * Returns the largest weight of an update if the strategy has devices weigh updates by their losses, else
 * null; `given` is the definition's. Throws `config.invalid` for features that such a strategy can't be
 * combined with.
 */
export function fairCapOf(strategy: Strategy, given: number | undefined, task: Choices): number | null {
  if (strategy.consumes !== 'sum' || !strategy.fairness) return null;
  const { name } = strategy;
  refuseTogether('a strategy that weighs by losses', task);
  if (given !== undefined && given < leastFairCap)
    throw wrongTask(
      `the strategy ${name} puts losses into weights, for which update.weightCap ${given} is too coarse; set ${leastFairCap} or more, or leave it out for ${fairCapByDefault}`,
    );
  return given ?? fairCapByDefault;
}

/** Throws `config.invalid` for features that a strategy with a moving clip can't be combined with. */
export function refuseUnclippable(strategy: Strategy, task: Choices): void {
  if (strategy.consumes !== 'sum' || !strategy.clip) return;
  const { clip } = task.update;
  const first = strategy.clip(strategy.init(1));
  if (first > clip)
    throw wrongTask(
      `the strategy ${strategy.name} begins with a clip of ${first}, and update.clip allows ${clip}; set that as the largest`,
    );
  refuseTogether('a strategy that moves the clip', task);
}

/** Throws `config.invalid` for features that a strategy with control variates can't be combined with. */
export function refuseUncontrollable(
  strategy: Strategy,
  task: Choices & { readonly cohort: Task['cohort'] },
): void {
  if (strategy.consumes !== 'sum' || !strategy.control) return;
  refuseTogether('a strategy with control variates', task);
  const { name, population = Infinity } = strategy;
  const { goal } = task.cohort;
  if (population < goal)
    throw wrongTask(
      `the strategy ${name} has a population of ${population}, and cohort.goal is ${goal}; the population is at least that`,
    );
}

/** Most bits of a value that is sent with its index. */
const mostBitsWithPlace = 16;

/** Throws `config.invalid` for features that compression can't be combined with. */
export function refuseIncompressible(task: Choices): void {
  const { compression, bits } = task.update;
  if (!compression) return;
  refuseTogether('update.compression', task);
  const { kind } = compression;
  if (kind === 'randomMask') return;
  refuseTogether('update.compression other than "randomMask"', task);
  if (bits > mostBitsWithPlace)
    throw wrongTask(
      `update.compression.kind "${kind}" takes update.bits of ${mostBitsWithPlace} at most, not ${bits}`,
    );
}

/** Throws `config.invalid` for `watch` rules that could never take effect. */
export function refuseUnwatchable(
  rules: NonNullable<Task['watch']>,
  gate: Task['gate'],
  bringVerdicts: boolean,
  isPrivate: boolean,
): void {
  if (!gate) throw wrongTask('watch needs a gate, since only what the gate promoted is taken back by itself');
  if (new Set(rules.map(({ metric }) => metric)).size < rules.length)
    throw wrongTask('watch has two rules for one metric');
  if (rules.some(({ metric }) => metric === 'latency') && gate.latencyP99 === null)
    throw wrongTask('watch can follow latency only with gate.latencyP99, above which a request is slow');
  if (rules.some(({ metric }) => metric === 'verdicts') && (!bringVerdicts || isPrivate))
    throw wrongTask(
      'watch can follow verdicts only with masking, in synchronous rounds, and without a privacy budget: no others bring them',
    );
}

/** Throws `config.invalid` for a canary whose query can't ask devices about it. */
export function refuseUnasked(name: string, { guards, key }: Promotion, queries: readonly TaskQuery[]): void {
  const refuse = (why: string) => wrongTask(`promote.devices ${why}`);
  if (queries.find(({ query }) => query.name === name)?.query.kind !== 'arm')
    throw refuse(`is "${name}", and the task has no query of this name and the kind arm`);
  if (guards.some(each => each !== 'accuracy'))
    throw refuse('lets devices say what became of predictions, which is accuracy; name no other metric');
  if (key.toLowerCase() !== 'x-murmuration-key')
    throw refuse('splits devices by their ids; leave out the key, which only requests have');
}

/** Live metrics measured wherever outcomes of predictions arrive. */
const liveMetrics = ['accuracy', 'false-positives', 'false-negatives'];

/** Throws `config.invalid` for a trigger on a live metric that nothing measures. */
export function refuseUnmeasured({ retrain, queries }: Pick<Task, 'retrain' | 'queries'>): void {
  const ofDevices = queries.flatMap(({ query }) => {
    if (query.kind === 'evaluation') return query.metrics.map(({ metric }) => metric);
    return query.kind === 'outcomes' ? query.outcomes : [];
  });
  const measured = [...liveMetrics, ...ofDevices];
  for (const trigger of retrain?.when ?? [])
    if ('metric' in trigger && !measured.includes(trigger.metric))
      throw new MurmurationError(
        'config.invalid',
        `The task: retrain.when names the metric "${trigger.metric}", which nobody measures in use; ${measured.map(name => `"${name}"`).join(', ')} are, each outcome that a query of the kind outcomes asks for, and each metric that devices evaluate.`,
      );
}

/**
 * Throws `config.invalid` for features that masking can't be combined with, `secagg.parameters` for cohorts
 * that no graph protects.
 */
export function refuseUnmaskable(
  masking: MaskingSettings,
  kind: UpdateSettings['kind'],
  { goal, minimum }: Task['cohort'],
  groups: number,
): void {
  if (kind === 'float32') {
    throw wrongTask(
      'update.kind "float32" can\'t be masked; use "ring", or masking "off" for a strategy that needs single updates',
    );
  }
  for (const devices of new Set([Math.floor(minimum / groups), Math.floor(goal / groups)]))
    findParameters(devices, masking, masking.graph === 'complete' ? 'complete' : undefined);
}

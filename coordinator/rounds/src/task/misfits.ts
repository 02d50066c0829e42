import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { MaskingSettings, TrainingSettings, UpdateSettings } from '@murmuration/protocol/messages/plan';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import type { EachStrategy, Strategy } from '../strategy/strategy.ts';
import { cohortSizeOf, largestSumOf, type Task, type TaskQuery } from './task.ts';
import type { Promotion } from './task-promotion.ts';

const largestCohortOfPlans = 1_000_000;
/** Updates that a round may have to keep at once. */
const largestCohortOfEach = 1_000;

/** Throws `config.invalid` for more devices than a plan may name, `config.ring` where updates could overflow their sum. */
export function refuseOverflow(task: Task): void {
  const largestCohort = cohortSizeOf(task);
  if (largestCohort > largestCohortOfPlans)
    throw new MurmurationError(
      'config.invalid',
      `The task: cohort.goal × cohort.overSelection is ${largestCohort}; a cohort has at most ${largestCohortOfPlans} devices.`,
    );
  // Whether a sum can wrap depends on these settings, not on the length of the model.
  if (task.update.kind === 'ring') quantizationFor(1, { ...task.update, largestCohort: largestSumOf(task) });
}

/** Throws `config.invalid` where single updates are masked, too many to be kept, or too few for what the strategy promises. */
export function refuseKeepingEach(
  { name, fewest = 1 }: EachStrategy,
  isMasked: boolean,
  cohort: Task['cohort'],
): void {
  if (isMasked)
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} needs single updates, and masking shows only their sum; set masking "off", or choose a strategy of sums such as fedAvg().`,
    );
  if (cohort.goal > largestCohortOfEach)
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} keeps every update of a round in memory; cohort.goal is at most ${largestCohortOfEach} then, not ${cohort.goal}.`,
    );
  if (cohort.minimum < fewest)
    throw new MurmurationError(
      'config.invalid',
      `The task: cohort.minimum must be at least ${fewest} for the strategy ${name}, not ${cohort.minimum}; below that it promises nothing.`,
    );
}

/** Throws `config.invalid` for what no ε can be computed with. */
export function refuseUnaccountable({ name, consumes }: Strategy, { kind, weighting }: Task['update']): void {
  if (consumes !== 'sum')
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} needs more than the sum of all updates, and a privacy budget adds noise to that sum; choose a strategy of sums such as fedAvg(), or no privacy.`,
    );
  if (kind !== 'ring' || weighting !== 'uniform')
    throw new MurmurationError(
      'config.invalid',
      'The task: privacy takes update.kind "ring" and update.weighting "uniform": a device that weighs more than others would need more noise.',
    );
}

/** Weights below which losses are told apart too coarsely, and what holds where a task says nothing. */
const [leastFairCap, fairCapByDefault] = [1_024, 4_096];

/**
 * The largest weight of an update of a task, of which it says `given`, where its strategy has devices weigh updates by their losses; null where it
 * does not. Throws `config.invalid` for what that does not go with.
 */
export function fairCapOf(
  strategy: Strategy,
  given: number | undefined,
  {
    kind,
    isPrivate,
    isAsynchronous,
  }: Pick<UpdateSettings, 'kind'> & { readonly isPrivate: boolean; readonly isAsynchronous: boolean },
): number | null {
  if (strategy.consumes !== 'sum' || !strategy.fairness) return null;
  const { name } = strategy;
  if (kind !== 'ring')
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} divides by what devices send beside their update; set update.kind "ring".`,
    );
  if (isPrivate)
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} weighs devices by their losses, and a privacy budget takes equal weights; choose another strategy of sums such as fedAvg(), or no privacy.`,
    );
  if (isAsynchronous)
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} compares the losses of one model, and devices of an asynchronous task train from several; leave cohort.mode "synchronous", or choose another strategy such as fedAvg().`,
    );
  if (given !== undefined && given < leastFairCap)
    throw new MurmurationError(
      'config.invalid',
      `The task: the strategy ${name} puts losses into weights, for which update.weightCap ${given} is too coarse; set ${leastFairCap} or more, or leave it out for ${fairCapByDefault}.`,
    );
  return given ?? fairCapByDefault;
}

/** Throws `config.invalid` for what a strategy that moves the clip does not go with. */
export function refuseUnclippable(
  strategy: Strategy,
  { kind, clip, compression }: Pick<UpdateSettings, 'kind' | 'clip' | 'compression'>,
  { isAsynchronous, isNoisy }: { readonly isAsynchronous: boolean; readonly isNoisy: boolean },
): void {
  if (strategy.consumes !== 'sum' || !strategy.clip) return;
  const { name } = strategy;
  const refuse = (what: string): never => {
    throw new MurmurationError('config.invalid', `The task: the strategy ${name} ${what}.`);
  };
  const first = strategy.clip(strategy.init(1));
  if (first > clip)
    refuse(`begins with a clip of ${first}, and update.clip allows ${clip}; set that as the largest`);
  if (kind !== 'ring') refuse('counts in the sum who was within the clip; set update.kind "ring"');
  if (compression) refuse('counts who was within the clip by the whole update; leave update.compression out');
  if (isAsynchronous)
    refuse(
      'moves one clip for all, and devices of an asynchronous task have several; leave cohort.mode "synchronous"',
    );
  if (isNoisy)
    refuse(
      'counts in the sum who was within the clip, and devices add no noise to that count; let the coordinator add the noise, or leave the clip fixed',
    );
}

/** Throws `config.invalid` for what clips that are per layer do not go with. */
export function refuseLayers(strategy: Strategy, { perLayer, compression }: UpdateSettings): void {
  if (!perLayer) return;
  const refuse = (what: string): never => {
    throw new MurmurationError('config.invalid', `The task: update.perLayer ${what}; leave it out.`);
  };
  if (compression) refuse('clips whole layers, and update.compression sends parts of them');
  if (strategy.consumes !== 'sum') return;
  if (strategy.clip) refuse(`has no single norm, which the strategy ${strategy.name} counts by`);
  if (strategy.fairness) refuse(`has no single norm, by which the strategy ${strategy.name} weighs devices`);
}

/** Throws `config.invalid` for what an optimiser of devices does not go with. */
export function refuseOptimizer(
  strategy: Strategy,
  { kind, squares, epsilon }: NonNullable<TrainingSettings['optimizer']>,
): void {
  const refuse = (what: string): never => {
    throw new MurmurationError('config.invalid', `The task: plan.optimizer ${what}.`);
  };
  if (kind !== 'adam' && (squares !== undefined || epsilon !== undefined))
    refuse(`has squares and epsilon for "adam" only, not for "${kind}"; leave them out`);
  if (strategy.consumes === 'sum' && (strategy.control || strategy.fairness))
    refuse(
      `can't be combined with the strategy ${strategy.name}, which counts on steps of plain gradient descent; leave one of them out`,
    );
}

/** Throws `config.invalid` for what the control variates of a strategy do not go with. */
export function refuseUncontrollable(
  strategy: Strategy,
  {
    update,
    plan,
    cohort,
    isPrivate,
    isAsynchronous,
  }: {
    readonly update: Pick<UpdateSettings, 'kind' | 'weighting'>;
    readonly plan: { readonly proximal: number; readonly privateLayers: readonly string[] };
    readonly cohort: Task['cohort'];
    readonly isPrivate: boolean;
    readonly isAsynchronous: boolean;
  },
): void {
  if (strategy.consumes !== 'sum' || !strategy.control) return;
  const { name, population = Infinity } = strategy;
  const refuse = (what: string): never => {
    throw new MurmurationError('config.invalid', `The task: the strategy ${name} ${what}.`);
  };
  if (update.kind !== 'ring') refuse('takes quantised updates; set update.kind "ring"');
  if (update.weighting !== 'uniform')
    refuse(
      'adds up control variates of devices that count the same; set update.weighting "uniform", not "examples"',
    );
  if (plan.proximal > 0)
    refuse(
      `corrects the drift of devices itself, and would take the pull of FedProx for a gradient; set plan.proximal 0, not ${plan.proximal}`,
    );
  if (plan.privateLayers.length > 0)
    refuse(
      'has control variates for all layers of the model, and plan.privateLayers keeps some to each device; leave them out',
    );
  if (isPrivate)
    refuse(
      'sends twice the values of an update, and a privacy budget adds noise to the update only; choose another strategy of sums such as fedAvg(), or no privacy',
    );
  if (isAsynchronous)
    refuse(
      'corrects steps by the control variate of one version, and devices of an asynchronous task train from several; leave cohort.mode "synchronous", or choose another strategy such as fedAvg()',
    );
  if (population < cohort.goal)
    refuse(
      `is told of a population of ${population}, and cohort.goal is ${cohort.goal}; the population is at least that`,
    );
}

/** Most bits of a value that is sent with its place. */
const mostBitsWithPlace = 16;

/** Throws `config.invalid` for what compression does not go with. */
export function refuseIncompressible(
  strategy: Strategy,
  { kind: form, bits, compression }: UpdateSettings,
  {
    isMasked,
    isPrivate,
    isAsynchronous,
  }: { readonly isMasked: boolean; readonly isPrivate: boolean; readonly isAsynchronous: boolean },
): void {
  if (!compression) return;
  const { kind, fraction, feedback } = compression;
  const refuse = (what: string): never => {
    throw new MurmurationError('config.invalid', `The task: update.compression.kind "${kind}" ${what}.`);
  };
  if (form !== 'ring') refuse('rounds what it sends; set update.kind "ring", not "float32"');
  if (isPrivate)
    refuse(
      "can't be combined with privacy: which values are sent, and what is kept of others, tells of the examples, and ε does not count that. Leave it out, or use fewer update.bits",
    );
  if (isAsynchronous)
    refuse(
      'can\'t be combined with cohort.mode "asynchronous", whose buffers take whole updates; leave the mode "synchronous"',
    );
  if (strategy.consumes === 'each')
    refuse(
      `can't be combined with the strategy ${strategy.name}, which compares single updates: ${Math.round(100 * (1 - fraction))} % of their values would be zeros`,
    );
  if (strategy.consumes === 'sum' && (strategy.fairness || strategy.control))
    refuse(`can't be combined with the strategy ${strategy.name}, which needs whole updates`);
  if (kind === 'randomMask') return;
  if (isMasked)
    refuse(
      'can\'t be masked: each device sends other values, and masks hide the same ones of all. Use "randomMask", or masking "off"',
    );
  if (bits > mostBitsWithPlace) refuse(`takes update.bits of ${mostBitsWithPlace} at most, not ${bits}`);
  if (kind === 'topK' && !feedback) refuse('needs feedback: without it small values would never be sent');
}

/** Throws `config.invalid` for rules about what is taken back that nothing would come of. */
export function refuseUnwatchable(
  rules: NonNullable<Task['watch']>,
  isGated: boolean,
  bringVerdicts: boolean,
  isPrivate: boolean,
): void {
  if (!isGated)
    throw new MurmurationError(
      'config.invalid',
      'The task: watch needs a gate, since only what the gate promoted is taken back by itself.',
    );
  if (new Set(rules.map(({ metric }) => metric)).size < rules.length)
    throw new MurmurationError('config.invalid', 'The task: watch has two rules for one metric.');
  if (rules.some(({ metric }) => metric === 'verdicts') && (!bringVerdicts || isPrivate))
    throw new MurmurationError(
      'config.invalid',
      'The task: watch can follow verdicts only with masking, in synchronous rounds, and without a privacy budget: no others bring them.',
    );
}

/** Throws `config.invalid` for a canary on devices that they could not be asked about. */
export function refuseUnasked(
  { query: name, metric, guards = [], key }: Promotion,
  queries: readonly TaskQuery[],
): void {
  const refuse = (why: string) => new MurmurationError('config.invalid', `The task: promote.query ${why}.`);
  if (queries.find(({ query }) => query.name === name)?.query.kind !== 'arm')
    throw refuse(`is "${name}", and the task has no query of this name and the kind arm`);
  if ([metric, ...guards.map(guard => guard.metric)].some(each => each !== 'accuracy'))
    throw refuse('lets devices say what became of predictions, which is accuracy; name no other metric');
  if (key.in !== 'header' || key.name.toLowerCase() !== 'x-murmuration-key')
    throw refuse('splits devices by their ids; leave out the key, which only requests have');
}

/** What is told of versions in use where outcomes of predictions come. */
const liveMetrics = ['accuracy', 'false-positives', 'false-negatives'];

/** Throws `config.invalid` for a trigger that waits for a live metric that nobody measures. */
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

/** Throws `config.invalid` for what masking can't be combined with, `secagg.parameters` for cohorts that no graph protects. */
export function refuseUnmaskable(
  masking: MaskingSettings,
  kind: UpdateSettings['kind'],
  { goal, minimum }: Task['cohort'],
  groups: number,
): void {
  if (kind === 'float32') {
    throw new MurmurationError(
      'config.invalid',
      'The task: update.kind "float32" can\'t be masked; use "ring", or masking "off" for a strategy that needs single updates.',
    );
  }
  for (const devices of new Set([Math.floor(minimum / groups), Math.floor(goal / groups)]))
    findParameters(devices, masking, masking.graph === 'complete' ? 'complete' : undefined);
}

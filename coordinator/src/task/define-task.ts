import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { parseTaskName } from '@murmuration/protocol/ids/ids';
import type { MaskingSettings, UpdateSettings } from '@murmuration/protocol/messages/plan';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import type * as z from 'zod';
import { describeIssues, type FieldProblem, fieldProblems } from '../configuration/config-error.ts';
import { isOnDevices, measuredOf } from '../evaluation/on-devices.ts';
import { remembering } from '../evaluation/remembering.ts';
import type { EachStrategy, GroupsStrategy, Strategy, SumStrategy } from '../strategy/strategy.ts';
import { cohortOf, refuseSynchronised } from './asynchronous.ts';
import { type CentralTraining, type DeviceField, withoutDevices } from './central.ts';
import { refuseUncertainNoise } from './device-noise.ts';
import { requireGroups } from './groups.ts';
import {
  fairCapOf,
  refuseIncompressible,
  refuseKeepingEach,
  refuseLayers,
  refuseOptimizer,
  refuseOverflow,
  refuseUnaccountable,
  refuseUnasked,
  refuseUnclippable,
  refuseUncontrollable,
  refuseUnmaskable,
  refuseUnmeasured,
  refuseUnwatchable,
} from './misfits.ts';
import { queriesSchema, refuseUnaskable } from './queries.ts';
import { misfitOf } from './retrain/retrain.ts';
import { spreadOf } from './spread.ts';
import type { Task, TaskQuery } from './task.ts';
import { problemOfGate } from './task-gate.ts';
import { privacyOf } from './task-privacy.ts';
import { taskSchema } from './task-schema.ts';
import { withLeastWeight } from './weights.ts';

type Definition = z.input<typeof taskSchema>;

/** A field of a definition with a narrower type, and with its docstring. */
type Field<Of, Name extends keyof Of, Type> = { readonly [Each in keyof Pick<Of, Name>]: Type };

/** What every task has. Editors find the docstring of a field in a union only where each of its types has the very same field. */
type CommonDefinition = Omit<Definition, DeviceField | 'training'>;

type Cohort<Mode, Its extends keyof Definition['cohort'], Needed extends Its> = Field<
  Definition['cohort'],
  'mode',
  Mode
> &
  Pick<Definition['cohort'], 'goal' | 'cells' | Its> &
  Required<Pick<Definition['cohort'], Needed>>;

type MaskingField<Type> = Field<Definition, 'masking', Type>;
type StrategyField<Type> = Field<Definition, 'strategy', Type>;

/** What a task has that devices train, but for what depends on its strategy. */
type DeviceDefinition = CommonDefinition &
  Pick<Definition, Exclude<DeviceField | 'training', 'masking' | 'strategy' | 'cohort'>> &
  Field<
    Definition,
    'cohort',
    | (Required<Field<Definition['cohort'], 'mode', 'asynchronous'>> &
        Cohort<'asynchronous', 'minimum' | 'overSelection' | 'concurrency' | 'maxStaleness', never>)
    // Behind the other: of this one the compiler names the field that is missing.
    | Cohort<'synchronous' | undefined, 'minimum' | 'overSelection', 'minimum'>
  >;

/** A task as a team writes it down; what is left out has the default that `docs/reference/task.md` lists. */
export type TaskDefinition = DeviceDefinition &
  (
    | (Required<MaskingField<Exclude<Definition['masking'], 'off'>>> &
        Required<StrategyField<GroupsStrategy>>)
    | (MaskingField<Definition['masking']> & StrategyField<SumStrategy | undefined>)
    | (Required<MaskingField<'off'>> & Required<StrategyField<EachStrategy>>)
  );

type Consumed = Strategy['consumes'];

/** The same by what the strategy consumes. Editors find the docstrings of `masking` and `strategy` where each has one type. */
type DefinitionFor<Its extends Consumed> = DeviceDefinition &
  (Its extends 'sum'
    ? MaskingField<Definition['masking']>
    : Its extends 'groups'
      ? Required<MaskingField<Exclude<Definition['masking'], 'off'>>>
      : Required<MaskingField<'off'>>) &
  StrategyField<(Strategy & { readonly consumes: Its }) | undefined>;

/** A task that no device trains, which says nothing of devices. */
export type CentralTaskDefinition = CommonDefinition &
  Required<Field<Definition, 'training', CentralTraining>>;

/** The fields of a definition that are wrong by themselves; whether they fit each other, `defineTask` finds out. */
export function wrongFields(input: unknown): FieldProblem[] {
  const parsed = taskSchema.safeParse(withoutDevices(input), { error: plainWords });
  return parsed.success ? [] : fieldProblems(parsed.error, input);
}

/**
 * Checks a task and fills in its defaults. Throws `config.invalid`, naming each field that is wrong and what it may be, and
 * `config.ring` where updates could overflow their sum.
 */
export function defineTask<Its extends Consumed = 'sum'>(
  input: DefinitionFor<Its> | CentralTaskDefinition,
): Task {
  const parsed = taskSchema.safeParse(withoutDevices(input), { error: plainWords });
  if (!parsed.success)
    throw new MurmurationError('config.invalid', describeIssues('The task', parsed.error, input));
  const {
    plan,
    update: asked,
    masking,
    privacy,
    deadlines,
    schedule,
    evaluation: by,
    ...others
  } = parsed.data;
  const evaluation = isOnDevices(by) ? null : by;
  const queries = isOnDevices(by)
    ? [...others.queries, ...queriesSchema.parse([{ query: by.query, every: by.every }])]
    : others.queries;
  const update = updateOf(asked, masking !== 'off');
  const { training: central, ...rest } = others;
  const { cells, ...ofCohort } = rest.cohort;
  const { cohort, buffer } = cohortOf(ofCohort, masking !== 'off');
  const { privateLayers, sampledSoftmax, optimizer, ...training } = plan;
  if (optimizer) refuseOptimizer(rest.strategy, optimizer);
  if (cohort.minimum > cohort.goal)
    throw new MurmurationError(
      'config.invalid',
      `The task: cohort.minimum must be at most cohort.goal (${cohort.goal}), not ${cohort.minimum}.`,
    );
  // An update may wait for two slots, and is made before that.
  if (deadlines.updates < 3 * rest.uploadSlot)
    throw new MurmurationError(
      'config.invalid',
      `The task: deadlines.updates must be at least three times uploadSlot (${rest.uploadSlot} ms), not ${deadlines.updates} ms: devices send their updates up to two slots after they are made.`,
    );
  if (rest.strategy.consumes === 'each') refuseKeepingEach(rest.strategy, masking !== 'off', cohort);
  if (buffer)
    refuseSynchronised(rest.strategy, {
      isPrivate: privacy !== null,
      isRetrained: rest.retrain !== null,
    });
  const fairCap = fairCapOf(rest.strategy, (input as Partial<TaskDefinition>).update?.weightCap, {
    kind: update.kind,
    isPrivate: privacy !== null,
    isAsynchronous: buffer !== null,
  });
  refuseUnclippable(rest.strategy, update, {
    isAsynchronous: buffer !== null,
    isNoisy: privacy?.noise === 'skellam' || privacy?.noise === 'discreteGaussian',
  });
  refuseLayers(rest.strategy, update);
  refuseUncontrollable(rest.strategy, {
    update,
    plan,
    cohort,
    isPrivate: privacy !== null,
    isAsynchronous: buffer !== null,
  });
  refuseIncompressible(rest.strategy, update, {
    isMasked: masking !== 'off',
    isPrivate: privacy !== null,
    isAsynchronous: buffer !== null,
  });
  if (privacy) refuseUnaccountable(rest.strategy, update);
  const misfit =
    rest.retrain &&
    misfitOf(rest.retrain, {
      hasEvaluation: evaluation !== null,
      hasPrivacy: privacy !== null,
      isCentral: central !== null,
    });
  if (misfit) throw new MurmurationError('config.invalid', `The task: ${misfit.field} ${misfit.message}.`);
  if (central && privateLayers.length > 0)
    throw new MurmurationError(
      'config.invalid',
      "The task: training on the coordinator's own examples can't be combined with plan.privateLayers, which only devices train.",
    );
  const { settings, groups } = maskingOf(masking);
  requireGroups(rest.strategy, groups, cohort, masking !== 'off');
  const spread = spreadOf(cells, {
    smallest: masking === 'off' ? 1 : masking.smallestGroup,
    cohort,
    strategy: rest.strategy,
    update,
    isAsynchronous: buffer !== null,
    isNoisy: privacy?.noise === 'skellam' || privacy?.noise === 'discreteGaussian',
    isCentral: central !== null,
  });
  if (settings) refuseUnmaskable(settings, update.kind, cohort, groups?.count ?? spread?.count ?? 1);
  if (rest.serving.remote && privateLayers.length > 0)
    throw new MurmurationError(
      'config.invalid',
      "The task: serving.remote can't be combined with plan.privateLayers, since the coordinator has no trained weights of these layers.",
    );
  if (rest.serving.ngrams) requireNgrams(rest.serving.ngrams, queries);
  const problem =
    rest.gate && problemOfGate(rest.gate, measuredOf({ evaluator: evaluation, queries }), privateLayers);
  if (problem) throw new MurmurationError('config.invalid', `The task: ${problem}`);
  if (rest.promote && rest.promote.query !== null) refuseUnasked(rest.promote, rest.queries);
  if (rest.promote && (!rest.gate || (privateLayers.length > 0 && rest.promote.query === null)))
    throw new MurmurationError(
      'config.invalid',
      rest.gate
        ? "The task: promote can't be combined with plan.privateLayers, since no inference server answers with such a model."
        : 'The task: promote needs a gate, since only what has passed it is promoted by itself.',
    );
  if (rest.watch)
    refuseUnwatchable(rest.watch, rest.gate !== null, settings !== null && buffer === null, privacy !== null);
  const task = withLeastWeight({
    ...rest,
    name: parseTaskName(rest.name),
    // Devices that know nothing of it still understand a plan without it.
    training: { ...training, ...(sampledSoftmax && { sampledSoftmax }), ...(optimizer && { optimizer }) },
    central,
    privateLayers,
    update: { ...update, weightCap: fairCap ?? capOf(update) },
    queries,
    masking: settings,
    groups,
    privacy: privacy && privacyOf(privacy),
    cohort,
    spread,
    buffer,
    deadlines,
    interval: schedule.every,
    evaluator: evaluation && rest.gate ? remembering(evaluation) : evaluation,
  });
  refuseOverflow(task);
  if (task.privacy?.devices) refuseUncertainNoise(task);
  refuseUnaskable(task);
  refuseUnmeasured(task);
  return task;
}

/** Throws `config.invalid` for bytes that no device could read, and for a name that no query for n-grams has. */
function requireNgrams(ngrams: Uint8Array | string, queries: readonly TaskQuery[]): void {
  if (typeof ngrams === 'string') {
    if (queries.some(({ query }) => query.name === ngrams && query.kind === 'ngrams')) return;
    throw new MurmurationError(
      'config.invalid',
      `The task: serving.ngrams: there is no query "${ngrams}" of the kind ngrams among its queries.`,
    );
  }
  try {
    decodeNgrams(ngrams);
  } catch (cause) {
    throw new MurmurationError('config.invalid', `The task: serving.ngrams: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** What plans say of updates: devices that know nothing of compression still understand a plan without it. */
function updateOf(
  { compression, perLayer, weighting, ...others }: z.output<typeof taskSchema>['update'],
  isMasked: boolean,
): UpdateSettings {
  // Devices that know nothing of it still understand a plan without it.
  const update = {
    ...others,
    weighting: weighting ?? (isMasked ? ('uniform' as const) : ('examples' as const)),
    ...(perLayer && { perLayer }),
  };
  if (!compression) return update;
  const { kind, fraction, feedback = kind !== 'randomMask' } = compression;
  return { ...update, compression: { kind, fraction, feedback } };
}

/** Uniform weights are all 1: a larger cap would only widen the ring. */
const capOf = ({ weighting, weightCap }: Task['update']): number => (weighting === 'uniform' ? 1 : weightCap);

/** What plans say of masking, and what the coordinator alone knows of it. */
function maskingOf(masking: z.output<typeof taskSchema>['masking']): {
  readonly settings: MaskingSettings | null;
  readonly groups: Task['groups'];
} {
  if (masking === 'off') return { settings: null, groups: null };
  const { groups, smallestGroup, ...settings } = masking;
  return { settings, groups: groups === 1 ? null : { count: groups, smallest: smallestGroup } };
}

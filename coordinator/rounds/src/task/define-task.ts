import type { FieldProblem } from '@murmuration/api/settings';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { parseTaskName } from '@murmuration/protocol/ids/ids';
import type { UpdateSettings } from '@murmuration/protocol/messages/plan';
import type * as z from 'zod';
import { describeIssues, fieldProblems } from '../configuration/config-error.ts';
import { isOnDevices } from '../evaluation/on-devices.ts';
import { remembering } from '../evaluation/remembering.ts';
import type { EachStrategy, GroupsStrategy, Strategy, SumStrategy } from '../strategy/strategy.ts';
import { cohortOf } from './asynchronous.ts';
import { type CentralTraining, type DeviceField, withoutDevices } from './central.ts';
import {
  fitStrategy,
  refuseRetraining,
  refuseUses,
  requireSizes,
  type Sums,
  sumsOf,
  type TaskDraft,
} from './combinations.ts';
import { refuseUncertainNoise } from './device-noise.ts';
import { withFleet } from './fleet.ts';
import { refuseOverflow, refuseUnmeasured } from './misfits.ts';
import { queriesSchema, refuseUnaskable } from './queries.ts';
import type { Task } from './task.ts';
import { privacyOf } from './task-privacy.ts';
import { taskSchema } from './task-schema.ts';
import { withLeastWeight } from './weights.ts';

type Definition = z.input<typeof taskSchema>;

/** Field of a definition with a narrower type; it keeps its docstring. */
type Field<Of, Name extends keyof Of, Type> = { readonly [Each in keyof Pick<Of, Name>]: Type };

/**
 * Fields of every task. Editors show the docstring of a field in a union only if each member has the same
 * field.
 */
type CommonDefinition = Omit<Definition, DeviceField | 'training' | 'schedule'>;

type Cohort<Mode, Its extends keyof Definition['cohort'], Needed extends Its> = Field<
  Definition['cohort'],
  'mode',
  Mode
> &
  Pick<Definition['cohort'], 'goal' | 'cells' | Its> &
  Required<Pick<Definition['cohort'], Needed>>;

type MaskingField<Type> = Field<Definition, 'masking', Type>;
type StrategyField<Type> = Field<Definition, 'strategy', Type>;

/** Fields of a task without a fleet; editors tell the members of a union apart by `fleet`. */
type WithoutFleet = Pick<Definition, 'schedule'> & Field<Definition, 'fleet', undefined>;

/** Fields of a task that devices train, except those that depend on its strategy. */
type DeviceDefinition = CommonDefinition &
  Pick<Definition, Exclude<DeviceField | 'training', 'masking' | 'strategy' | 'cohort' | 'fleet'>> &
  (
    | (Required<Field<Definition, 'fleet', NonNullable<Definition['fleet']>>> &
        Partial<Pick<Definition, 'schedule'> & Field<Definition, 'cohort', Partial<Definition['cohort']>>>)
    | (WithoutFleet &
        Field<
          Definition,
          'cohort',
          | (Required<Field<Definition['cohort'], 'mode', 'asynchronous'>> &
              Cohort<'asynchronous', 'minimum' | 'overSelection' | 'concurrency' | 'maxStaleness', never>)
          // Comes last, so that the compiler names the missing field of this member.
          | Cohort<'synchronous' | undefined, 'minimum' | 'overSelection', 'minimum'>
        >)
  );

/** A task as a team writes it; `docs/reference/task.md` lists the defaults. */
export type TaskDefinition = DeviceDefinition &
  (
    | (Required<MaskingField<Exclude<Definition['masking'], 'off'>>> &
        Required<StrategyField<GroupsStrategy>>)
    | (MaskingField<Definition['masking']> & StrategyField<SumStrategy | undefined>)
    | (Required<MaskingField<'off'>> & Required<StrategyField<EachStrategy>>)
  );

type Consumed = Strategy['consumes'];

/**
 * `TaskDefinition` by what the strategy consumes. Editors show the docstrings of `masking` and `strategy`
 * only if each has one type here.
 */
type DefinitionFor<Its extends Consumed> = DeviceDefinition &
  (Its extends 'sum'
    ? MaskingField<Definition['masking']>
    : Its extends 'groups'
      ? Required<MaskingField<Exclude<Definition['masking'], 'off'>>>
      : Required<MaskingField<'off'>>) &
  StrategyField<(Strategy & { readonly consumes: Its }) | undefined>;

/** Definition of a task that no device trains; it has no device fields. */
export type CentralTaskDefinition = CommonDefinition &
  WithoutFleet &
  Required<Field<Definition, 'training', CentralTraining>>;

/**
 * Returns the fields of a definition that are invalid on their own; `defineTask` also checks that they fit
 * together.
 */
export function wrongFields(input: unknown): FieldProblem[] {
  const parsed = parse(input);
  return parsed.success ? [] : fieldProblems(parsed.error, input);
}

/**
 * Checks a task and fills in its defaults. Throws `config.invalid`, naming each field that is wrong and what
 * it may be, and `config.ring` where updates could overflow their sum.
 */
export function defineTask<Its extends Consumed = 'sum'>(
  input: DefinitionFor<Its> | CentralTaskDefinition,
): Task {
  const parsed = parse(input);
  if (!parsed.success)
    throw new MurmurationError('config.invalid', describeIssues('The task', parsed.error, input));
  const draft = draftOf(parsed.data);
  requireSizes(draft);
  const fairCap = fitStrategy(draft, (input as Partial<TaskDefinition>).update?.weightCap);
  refuseRetraining(draft);
  const sums = sumsOf(draft);
  refuseUses(draft);
  const task = withLeastWeight({ ...completed(draft, fairCap), ...sums });
  refuseOverflow(task);
  if (task.privacy?.devices) refuseUncertainNoise(task);
  refuseUnaskable(task);
  refuseUnmeasured(task);
  return task;
}

function parse(input: unknown) {
  return taskSchema.safeParse(withFleet(withoutDevices(input)), { error: plainWords });
}

/** Completes a definition. Throws `config.invalid` for cohort fields of the other mode. */
function draftOf(given: TaskDraft['given']): TaskDraft {
  const { evaluation, queries, masking, privacy } = given;
  const isMasked = masking !== 'off';
  const { cells: _, ...ofCohort } = given.cohort;
  const { cohort, buffer } = cohortOf(ofCohort, isMasked);
  return {
    given,
    evaluation: isOnDevices(evaluation) ? null : evaluation,
    queries: isOnDevices(evaluation)
      ? [...queries, ...queriesSchema.parse([{ query: evaluation.query, every: evaluation.every }])]
      : queries,
    update: updateOf(given.update, isMasked),
    cohort,
    buffer,
    isMasked,
    isPrivate: privacy !== null,
    isAsynchronous: buffer !== null,
    isNoisy: privacy?.noise === 'skellam' || privacy?.noise === 'discreteGaussian',
  };
}

/** Time for measuring a new version, ms; one that takes longer would hold up rounds. */
const longestEvaluation = 600_000;
/** Decay of the mean gradient in optimisers of devices, β₁ of Adam, as is usual. */
const momentum = 0.9;
/** Seed of plans, for devices whose app lets the plan choose it; only simulations set another. */
const usualSeed = 0;

/** Returns the task without the fields of `Sums`. */
function completed(
  { given, update, cohort, buffer, queries, evaluation }: TaskDraft,
  fairCap: number | null,
): Omit<Parameters<typeof withLeastWeight>[0], keyof Sums> {
  const { plan, privacy, deadlines, schedule, ...defined } = given;
  const { update: _, masking: __, evaluation: ___, fleet: ____, ...others } = defined;
  const { needs, ...eligibility } = given.eligibility;
  const { training: central, ...rest } = others;
  const { privateLayers, sampledSoftmax, optimizer, ...training } = plan;
  const { messages, ...phases } = deadlines;
  return {
    ...rest,
    name: parseTaskName(rest.name),
    // Devices of older versions don't know these fields, so they are left out unless set.
    training: {
      ...training,
      seed: usualSeed,
      ...(sampledSoftmax && { sampledSoftmax }),
      ...(optimizer && { optimizer: { kind: optimizer, momentum } }),
    },
    central,
    privateLayers,
    eligibility: {
      ...eligibility,
      idle: needs.includes('idle'),
      charging: needs.includes('charging'),
      unmetered: needs.includes('unmetered'),
    },
    update: { ...update, weightCap: fairCap ?? capOf(update) },
    queries,
    privacy: privacy && privacyOf(privacy),
    cohort,
    buffer,
    deadlines: {
      ...phases,
      evaluation: longestEvaluation,
      // Keys and shares take no thought: devices answer them at once.
      keys: Math.ceil(messages / 2),
      shares: Math.ceil(messages / 2),
      agreement: messages,
      unmasking: messages,
    },
    interval: schedule.every,
    evaluator: evaluation && rest.gate ? remembering(evaluation) : evaluation,
  };
}

/** Returns the update settings of plans. */
function updateOf(
  { compression, perLayer, weighting, ...others }: z.output<typeof taskSchema>['update'],
  isMasked: boolean,
): UpdateSettings {
  // Devices of older versions don't know these fields, so they are left out unless set.
  const update = {
    ...others,
    weighting: weighting ?? (isMasked ? ('uniform' as const) : ('examples' as const)),
    ...(perLayer && { perLayer }),
  };
  if (!compression) return update;
  // Values of one draw for all devices stand for the rest; others would never be sent without feedback.
  return { ...update, compression: { ...compression, feedback: compression.kind !== 'randomMask' } };
}

/** Largest weight of an update: 1 for uniform weights, as a larger cap would only widen the ring. */
const capOf = ({ weighting, weightCap }: Task['update']): number => (weighting === 'uniform' ? 1 : weightCap);

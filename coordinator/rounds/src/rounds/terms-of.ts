import type { ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Fairness, Plan, PlanControl, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { Query } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import type { ModelVersion } from '../registry/model-version.ts';
import type { RoundTerms, Spread } from '../round/round.ts';
import { fewestAnswers } from '../task/answer-noise.ts';
import { addsAsTheyCome, cohortSizeOf, largestSumOf, type Task } from '../task/task.ts';
import { definedUpdate } from '../task/weights.ts';

/** What the plan of a round has of its own. */
export interface PlanOwn {
  readonly privacy?: PlanPrivacy | undefined;
  /** How devices weigh their updates by their losses. */
  readonly fairness?: Fairness | undefined;
  /** What corrects the steps of devices. */
  readonly control?: PlanControl | undefined;
  /** The clip, where it is not that of the task. */
  readonly clip?: number | undefined;
  /** The version that an operator has named for devices to serve. */
  readonly named?: ModelHash | undefined;
  /** The versions of whose updates a masked buffer takes some; left out of all other rounds. */
  readonly bases?: Plan['bases'] | undefined;
  /** Layers of the version that nobody trains. */
  readonly frozenLayers?: readonly string[] | undefined;
}

/** What a round has of its own. */
interface Own extends PlanOwn {
  readonly id: RoundId;
  readonly number: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** The training run that it is a part of. */
  readonly run: string | undefined;
  /** How it is spread over cells. */
  readonly parts?: Spread | undefined;
}

/** The terms of a round in which the devices of a task are asked a query; `model` is what they would train from, `privacy` what its budget says. */
export function termsOfQuery(
  task: Task,
  query: Query,
  model: ModelHash,
  { id, number, startedAt, privacy, parts }: Pick<Own, 'id' | 'number' | 'startedAt' | 'privacy' | 'parts'>,
): RoundTerms {
  const { planVersion: version, training, update, masking, uploadSlot } = task;
  const { evaluation: _, grace, ...limits } = task.deadlines;
  const cohortSize = cohortSizeOf(task);
  const terms = {
    id,
    number,
    plan: {
      task: task.name,
      version,
      model,
      training,
      update: definedUpdate(update),
      masking,
      largestCohort: cohortSize,
      grace,
      ...(uploadSlot > 0 && { uploadSlot }),
      ...(privacy && { privacy }),
      query: writeQuery(query),
    },
    cohortSize,
    goal: task.cohort.goal,
    minimum: fewestAnswers(task, query),
    startedAt,
    limits,
  };
  if (!parts) return { ...terms, kind: 'cohort' };
  // No device signs for fewer than the threshold: each part has that many, or counts for nothing.
  const smallest = Math.max(parts.smallest, query.threshold);
  return { ...terms, kind: 'spread', parts: { ...parts, smallest } };
}

/** The plan of a round of a task that trains from a version. */
export function planOf(
  task: Task,
  { model, parent }: Pick<ModelVersion, 'model' | 'parent'>,
  { privacy, fairness, control, clip, named, bases, frozenLayers = [] }: PlanOwn,
): Plan {
  const {
    planVersion: version,
    training,
    update,
    masking,
    privateLayers,
    uploadSlot,
    buffer,
    leastSum,
  } = task;
  // What devices serve has to have been there for a while: the newest version reaches most of them with the plan itself.
  // Verdicts get no noise, and devices of a buffer have judged nothing since they trained.
  const judged = masking && !privacy && !buffer ? (named ?? parent) : null;
  return {
    task: task.name,
    version,
    model,
    training: fairness ? { ...training, fairness } : training,
    update: clip === undefined ? update : { ...update, clip, within: true },
    masking,
    largestCohort: largestSumOf(task),
    ...(leastSum !== undefined && { leastSum }),
    grace: task.deadlines.grace,
    ...(judged && { judged }),
    ...(uploadSlot > 0 && { uploadSlot }),
    ...(privacy && { privacy }),
    ...(control && { control }),
    ...(bases && { bases }),
    ...(frozenLayers.length > 0 && { frozenLayers: [...frozenLayers] }),
    ...(privateLayers.length > 0 && { privateLayers: [...privateLayers] }),
  };
}

/** The terms of a round of a task that trains from a version. */
export function termsOf(
  task: Task,
  version: Pick<ModelVersion, 'model' | 'parent'>,
  { id, number, run, startedAt, parts, ...own }: Own,
): RoundTerms {
  const { cohort, groups, buffer } = task;
  const { evaluation: _, grace: __, ...limits } = task.deadlines;
  const terms = {
    id,
    number,
    plan: planOf(task, version, own),
    cohortSize: cohortSizeOf(task),
    goal: cohort.goal,
    minimum: cohort.minimum,
    ...(run !== undefined && { run }),
    startedAt,
    limits,
  };
  if (parts) return { ...terms, kind: 'spread', parts };
  if (groups) return { ...terms, kind: 'grouped', groups };
  return buffer && addsAsTheyCome(task) ? { ...terms, kind: 'buffer', buffer } : { ...terms, kind: 'cohort' };
}

import type { ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { Fairness, Plan, PlanControl, PlanPrivacy } from '@murmuration/protocol/messages/plan';
import type { Query } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import type { ModelVersion } from '../registry/model-version.ts';
import type { RoundTerms, Spread } from '../round/round.ts';
import { fewestAnswers } from '../task/answer-noise.ts';
import { addsAsTheyCome, cohortSizeOf, largestSumOf, type Task } from '../task/task.ts';
import { definedUpdate } from '../task/weights.ts';

/** Settings of a round that its plan has beyond those of the task. */
export interface PlanOwn {
  readonly privacy?: PlanPrivacy | undefined;
  /** Weights of devices' updates by their losses. */
  readonly fairness?: Fairness | undefined;
  /** Control variates that correct the steps of devices. */
  readonly control?: PlanControl | undefined;
  /** Clip, if it is not that of the task. */
  readonly clip?: number | undefined;
  /** Version that an operator has chosen for devices to serve. */
  readonly named?: ModelHash | undefined;
  /** Versions whose updates a masked buffer takes; left out of all other rounds. */
  readonly bases?: Plan['bases'] | undefined;
  /** Layers of the version that are not trained at all. */
  readonly frozenLayers?: readonly string[] | undefined;
}

/** Settings of a round beyond those of the task. */
interface Own extends PlanOwn {
  readonly id: RoundId;
  readonly number: number;
  /** ms since 1970. */
  readonly startedAt: number;
  /** Training run that it is part of. */
  readonly run: string | undefined;
  /** Division over cells. */
  readonly parts?: Spread | undefined;
}

/**
 * Returns the terms of a round in which the devices of a task are asked a query; they would train from
 * `model`, and its budget determines `privacy`.
 */
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
  // No device signs for fewer than the threshold: a part with fewer does not count.
  const smallest = Math.max(parts.smallest, query.threshold);
  return { ...terms, kind: 'spread', parts: { ...parts, smallest } };
}

export function planOf(
  task: Task,
  { model, parent }: Pick<ModelVersion, 'model' | 'parent'>,
  { privacy, fairness, control, clip, named, bases, frozenLayers = [] }: PlanOwn,
): Plan {
  const { training, update, masking, privateLayers, uploadSlot, buffer, leastSum } = task;
  // Devices judge a version that has been there for a while: the newest one reaches most of them with the
  // plan itself. Verdicts get no noise, and devices of a buffer have judged nothing since they trained.
  const judged = masking && !privacy && !buffer ? (named ?? parent) : null;
  return {
    task: task.name,
    version: task.planVersion,
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

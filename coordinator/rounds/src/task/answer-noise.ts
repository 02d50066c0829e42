import { answerShape } from '@murmuration/privacy/mechanisms/answer-noise';
import { type Distributed, ringWidth } from '@murmuration/privacy/mechanisms/distributed';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { calibrateBeside } from '@murmuration/privacy/statements/calibrate';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Query, QueryPrivacy } from '@murmuration/protocol/queries/query';
import { queryForm } from '@murmuration/protocol/queries/vector';
import { type DeviceNoise, refuseUncertainNoise, requireDrawable } from './device-noise.ts';
import { cohortSizeOf, type Task } from './task.ts';

/** A query to whose answers devices add noise. */
export type NoisedQuery = Query & { readonly privacy: QueryPrivacy };

export const isNoised = (query: Query): query is NoisedQuery => query.privacy !== undefined;

/** The fewest devices in a sum that is shown. */
export const fewestAnswers = ({ cohort }: Pick<Task, 'cohort'>, { threshold }: Query): number =>
  Math.max(cohort.minimum, threshold);

/** What ε follows from beside the variance. Throws `config.invalid` where no noise is certain. */
export function answerShapeOf(task: Task, query: NoisedQuery): Omit<Distributed, 'perDevice'> {
  const plan = { masking: task.masking, largestCohort: cohortSizeOf(task) };
  return answerShape(plan, query, { kind: query.privacy.noise, quorum: fewestAnswers(task, query) });
}

/**
 * The noise that devices add to their answers, so that the query's budget is spent by the last of its sums, beside what was spent `before`.
 * It is enough in the smallest sum that is shown, without that of devices which may leave theirs out. Throws `config.invalid` for noise that
 * no ring has room for, that devices can't draw, and that no sum has for certain.
 */
export function answerNoiseOf(task: Task, query: NoisedQuery, before: Mechanism): DeviceNoise {
  try {
    return sized(task, query, before);
  } catch (error) {
    if (!(error instanceof MurmurationError)) throw error;
    throw new MurmurationError(error.code, `The query "${query.name}": ${error.detail}`);
  }
}

function sized(task: Task, query: NoisedQuery, before: Mechanism): DeviceNoise {
  const quorum = fewestAnswers(task, query);
  refuseUncertainNoise({ ...task, groups: null, cohort: { ...task.cohort, minimum: quorum } });
  const { epsilon, delta, rounds } = query.privacy;
  const shape = answerShapeOf(task, query);
  const { of } = calibrateBeside(
    { epsilon, delta },
    { kind: 'repeated', times: rounds, of: shape } as const,
    before,
  );
  const found = { ...(of as Distributed), corrupt: quorum - shape.quorum };
  requireDrawable(found, 'privacy.noise');
  return { ...found, width: answerWidth(task, query, found) };
}

/** Bits of the ring in which the sums of a query have room, with so much noise. Throws `config.invalid` where 32 are too few. */
export function answerWidth(
  task: Task,
  query: Query,
  { perDevice, values }: Pick<Distributed, 'perDevice' | 'values'>,
): number {
  const devices = cohortSizeOf(task);
  const { largest } = queryForm(query, devices);
  return ringWidth({ devices, largest, variance: devices * perDevice, values });
}

import { answerShape } from '@murmuration/privacy/mechanisms/answer-noise';
import { type Distributed, ringWidth } from '@murmuration/privacy/mechanisms/distributed';
import type { Mechanism } from '@murmuration/privacy/mechanisms/mechanism';
import { calibrateBeside } from '@murmuration/privacy/statements/calibrate';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Query, QueryPrivacy } from '@murmuration/protocol/queries/query';
import { queryForm } from '@murmuration/protocol/queries/vector';
import { type DeviceNoise, refuseUncertainNoise, requireDrawable } from './device-noise.ts';
import { cohortSizeOf, type Task } from './task.ts';

/** A query for which devices add noise to their answers. */
export type NoisedQuery = Query & { readonly privacy: QueryPrivacy };

export const isNoised = (query: Query): query is NoisedQuery => query.privacy !== undefined;

/** Fewest devices in a sum that is shown. */
export const fewestAnswers = ({ cohort }: Pick<Task, 'cohort'>, { threshold }: Query): number =>
  Math.max(cohort.minimum, threshold);

/**
 * Returns the noise mechanism of a query without its variance.
 * @throws {MurmurationError} `config.invalid` if no noise is certain
 */
export function answerShapeOf(task: Task, query: NoisedQuery): Omit<Distributed, 'perDevice'> {
  const plan = { masking: task.masking, largestCohort: cohortSizeOf(task) };
  return answerShape(plan, query, { kind: query.privacy.noise, quorum: fewestAnswers(task, query) });
}

/**
 * Returns the noise that devices add to their answers, such that the last sum of the query spends its
 * budget, in addition to what `before` spent. The noise suffices in the smallest sum that is shown, even if
 * corrupt devices leave theirs out. Throws `config.invalid` if the noise doesn't fit a ring, if devices
 * can't draw it, and if no sum has certain noise.
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

/**
 * Bits of a ring in which the query's sums fit, noise included. Throws `config.invalid` if 32 bits are too
 * few.
 */
export function answerWidth(
  task: Task,
  query: Query,
  { perDevice, values }: Pick<Distributed, 'perDevice' | 'values'>,
): number {
  const devices = cohortSizeOf(task);
  const { largest } = queryForm(query, devices);
  return ringWidth({ devices, largest, variance: devices * perDevice, values });
}

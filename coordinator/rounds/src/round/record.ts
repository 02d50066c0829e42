import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Metrics } from '../evaluation/metrics.ts';
import type { Failed, Published, RoundEnder, Tally } from './round.ts';
import type { PhaseRecord } from './timeline.ts';

export interface GroupRecord {
  /** Devices that were dealt to it. */
  readonly devices: number;
  /** Updates that came from it. */
  readonly contributors: number;
  /** L2 norm of its mean; null if its sum did not count. */
  readonly norm: number | null;
  /** L2 distance of its mean to the coordinate-wise median of all means; null if its sum did not count. */
  readonly distance: number | null;
  /** Reason why its sum did not count, as a sentence. */
  readonly failure: string | null;
}

/** Result of a part of a round that was spread over cells. */
export interface PartRecord {
  /** Devices that were chosen for it. */
  readonly devices: number;
  /** Its updates that are in the sum of the round. */
  readonly contributors: number;
  /** Reason why its sum did not count, as a sentence; null if it did. */
  readonly failure: string | null;
}

export interface RoundFailure extends Pick<Failed, 'during' | 'reason' | 'endedBy'> {
  /** Older form of `endedBy`, in records of versions up to 0.2: an operator ended it. */
  readonly byOperator?: true;
}

/**
 * Returns who ended a round on purpose, so that nothing is wrong with it; null if it was not ended on
 * purpose.
 */
export function enderOf(failure: RoundFailure | null): RoundEnder | null {
  return failure?.endedBy ?? (failure?.byOperator ? 'operator' : null);
}

/** Record of a round that is over. */
export interface RoundRecord {
  readonly round: RoundId;
  readonly task: TaskName;
  readonly number: number;
  readonly planVersion: number;
  /** Version that it trained from. */
  readonly base: ModelHash;
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms since 1970. */
  readonly endedAt: number;
  readonly outcome: 'published' | 'failed';
  /** Name of the query that its devices were asked; left out if they trained. */
  readonly query?: string;
  /** Id of the training run that it was part of; left out if there was none. */
  readonly run?: string;
  /** Version that it led to; null if it failed, or was a query's. */
  readonly model: ModelHash | null;
  readonly failure: RoundFailure | null;
  readonly tally: Tally;
  readonly metrics: Metrics | null;
  /** Groups of a published round whose cohort was divided, in their order; left out of others. */
  readonly groups?: readonly GroupRecord[];
  /** Parts of a round that was spread over cells, in their order; left out of others. */
  readonly parts?: readonly PartRecord[];
  /** Phases in order; empty in rounds that were recorded before phases were. */
  readonly phases: readonly PhaseRecord[];
  /** Refusals of messages and uploads by code, since the last restart. */
  readonly errors: Readonly<Partial<Record<ErrorCode, number>>>;
  /**
   * Devices that gave up their part, by `countedReason`, since the last restart; left out of older records.
   */
  readonly left?: Readonly<Record<string, number>>;
  /** Bytes of updates received and of models served while the round ran. */
  readonly traffic: { readonly up: number; readonly down: number };
}

/** Returns the record of a round that ends at `endedAt`, ms since 1970. */
export function recordOf(
  state: Published | Failed,
  endedAt: number,
  metrics: Metrics | null,
  traffic: RoundRecord['traffic'],
  {
    phases,
    errors,
    left = {},
    groups,
    parts,
  }: Pick<RoundRecord, 'phases' | 'errors' | 'left' | 'groups' | 'parts'>,
): RoundRecord {
  const { id, number, plan, startedAt, run } = state.terms;
  const query = queryOf(plan);
  return {
    round: id,
    task: plan.task,
    number,
    planVersion: plan.version,
    base: plan.model,
    // The clock may have been ahead when it began.
    startedAt: Math.min(startedAt, endedAt),
    endedAt,
    outcome: state.phase,
    ...(query && { query: query.name }),
    ...(run !== undefined && { run }),
    model: state.phase === 'published' ? state.model : null,
    failure: state.phase === 'failed' ? failureOf(state, left) : null,
    tally: state.tally,
    metrics,
    traffic,
    phases,
    errors,
    left,
    ...(groups && { groups }),
    ...(parts && { parts }),
  };
}

/** Adds the most frequent reasons that devices gave to the reason of the failure. */
function failureOf(
  { during, reason, endedBy }: Failed,
  left: Readonly<Record<string, number>>,
): RoundFailure {
  const most = Object.entries(left).sort(([, a], [, b]) => b - a);
  const said = most.slice(0, mostReasons).map(([code, count]) => `${code} (${count})`);
  const gave = said.length > 0 && !endedBy ? ` Devices that left gave as reasons: ${said.join(', ')}.` : '';
  return { during, reason: reason + gave, ...(endedBy && { endedBy }) };
}

/** Reasons of devices that the failure of a round names. */
const mostReasons = 3;

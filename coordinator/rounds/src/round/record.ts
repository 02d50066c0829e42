import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Metrics } from '../evaluation/metrics.ts';
import type { Failed, Published, RoundEnder, Tally } from './round.ts';
import type { PhaseRecord } from './timeline.ts';

/** What became of a group of a masked cohort. */
export interface GroupRecord {
  /** Those that were dealt to it. */
  readonly devices: number;
  /** Updates that came from it. */
  readonly contributors: number;
  /** L2 norm of its mean; null where its sum did not count. */
  readonly norm: number | null;
  /** L2 distance of its mean to the median of each coordinate of all means; null as above. */
  readonly distance: number | null;
  /** Why its sum did not count, as a sentence. */
  readonly failure: string | null;
}

/** What became of a part of a round that was spread over cells. */
export interface PartRecord {
  /** Devices that were chosen for it. */
  readonly devices: number;
  /** Its updates that are in the sum of the round. */
  readonly contributors: number;
  /** Why its sum did not count, as a sentence; null: it did. */
  readonly failure: string | null;
}

/** Why a round failed. */
export interface RoundFailure extends Pick<Failed, 'during' | 'reason' | 'endedBy'> {
  /** Of records that versions up to 0.2 wrote, in place of `endedBy`: an operator ended it. */
  readonly byOperator?: true;
}

/** Who ended a round on purpose, so that nothing is wrong with it; null: nobody did. */
export function enderOf(failure: RoundFailure | null): RoundEnder | null {
  return failure?.endedBy ?? (failure?.byOperator ? 'operator' : null);
}

/** What is kept of a round that is over. */
export interface RoundRecord {
  readonly round: RoundId;
  readonly task: TaskName;
  readonly number: number;
  readonly planVersion: number;
  /** The version that it trained from. */
  readonly base: ModelHash;
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms since 1970. */
  readonly endedAt: number;
  readonly outcome: 'published' | 'failed';
  /** Name of the query that its devices were asked; left out where they trained. */
  readonly query?: string;
  /** Id of the training run that it was a part of; left out where there was none. */
  readonly run?: string;
  /** The version that it led to; null where it failed, or was a query's. */
  readonly model: ModelHash | null;
  readonly failure: RoundFailure | null;
  readonly tally: Tally;
  readonly metrics: Metrics | null;
  /** Of a published round whose cohort was cut into groups, in their order; left out of others. */
  readonly groups?: readonly GroupRecord[];
  /** Of a round that was spread over cells, in their order; left out of others. */
  readonly parts?: readonly PartRecord[];
  /** In order; empty of rounds that were recorded before phases were. */
  readonly phases: readonly PhaseRecord[];
  /** Refusals of messages and uploads by their codes, since the last restart. */
  readonly errors: Readonly<Partial<Record<ErrorCode, number>>>;
  /** Devices that gave up their part, by `countedReason`, since the last restart; left out of older records. */
  readonly left?: Readonly<Record<string, number>>;
  /** Bytes of updates that came, and of models that were served, while the round ran. */
  readonly traffic: { readonly up: number; readonly down: number };
}

/** The record of a round that ends at `endedAt`, ms since 1970. */
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

/** Of the reasons that devices gave, those that most gave belong to why the round failed. */
function failureOf(
  { during, reason, endedBy }: Failed,
  left: Readonly<Record<string, number>>,
): RoundFailure {
  const most = Object.entries(left).sort(([, a], [, b]) => b - a);
  const said = most.slice(0, mostReasons).map(([code, count]) => `${code} (${count})`);
  const gave = said.length > 0 && !endedBy ? ` Devices that left gave as reasons: ${said.join(', ')}.` : '';
  return { during, reason: reason + gave, ...(endedBy && { endedBy }) };
}

/** Reasons that the failure of a round names. */
const mostReasons = 3;

import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Head, History } from '../registry/ports.ts';
import type { RoundRecord } from '../round/record.ts';
import type { RoundEnder } from '../round/round.ts';
import type { Task } from '../task/task.ts';
import { commitOf } from './commit-round.ts';
import type { CentralStage, DriverPorts } from './ports.ts';
import { isOfStorage, untilStored } from './until-stored.ts';

/** Input of a round without devices. */
export interface CentralRound {
  readonly task: Task;
  readonly base: Head['version'];
  readonly round: RoundId;
  readonly number: number;
  readonly run: string | undefined;
}

export type CentralPorts = Pick<DriverPorts, 'clock' | 'moments' | 'events'> & { readonly history: History };

/** Error of a round that was ended before it led to a version: `round.closed`. */
export class EndedOnPurpose extends MurmurationError {
  readonly endedBy: RoundEnder;

  constructor(reason: string, endedBy: RoundEnder) {
    super('round.closed', reason);
    this.endedBy = endedBy;
  }
}

/**
 * Runs a round without devices: the coordinator trains the next version itself. Returns its record once that
 * is stored; undefined if the coordinator stops first, and the next one begins the round again. Aborting
 * `signal` with `EndedOnPurpose` ends the round as failed.
 */
export async function centralRound(
  { task, base, ...terms }: CentralRound,
  stage: CentralStage,
  { clock, moments, events, history }: CentralPorts,
  signal: AbortSignal,
  stopping: AbortSignal,
): Promise<RoundRecord | undefined> {
  const startedAt = clock.now();
  const { round } = terms;
  const retry = { clock, events, round };
  let head: Head | undefined;
  let failure: RoundRecord['failure'] = null;
  try {
    head = await untilStored(() => stage.make(terms, AbortSignal.any([signal, stopping])), {
      ...retry,
      signal,
      where: 'training a version',
      outage: isOfStorage,
    });
  } catch (error) {
    if (stopping.aborted) return undefined;
    const isOurs = error instanceof MurmurationError;
    const reason = isOurs ? error.detail : messageOf(error);
    failure = {
      during: 'closing',
      reason,
      ...(signal.reason instanceof EndedOnPurpose && { endedBy: signal.reason.endedBy }),
    };
    if (!isOurs) events.emit('fault', 'training a version', error, round);
  }
  const record: RoundRecord = {
    round,
    task: task.name,
    number: terms.number,
    planVersion: task.planVersion,
    base: base.model,
    startedAt,
    endedAt: clock.now(),
    outcome: head ? 'published' : 'failed',
    ...(terms.run !== undefined && { run: terms.run }),
    model: head?.version.model ?? null,
    failure,
    tally: { cohort: 0, accepted: 0, rejected: 0, late: 0, lost: 0 },
    metrics: head?.version.metrics ?? null,
    traffic: { up: 0, down: 0 },
    phases: [],
    errors: {},
  };
  const commit = commitOf({ history, clock, events }, head ? { head, round: record } : { round: record });
  try {
    await untilStored(commit, {
      ...retry,
      signal: stopping,
      where: 'recording a round',
      outage: () => true,
    });
  } catch {
    return undefined;
  }
  if (head) moments.versionStored(head.version);
  return record;
}

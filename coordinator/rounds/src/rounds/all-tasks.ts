import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, RoundId } from '@murmuration/protocol/ids/ids';
import type { PartStore } from '../round/parts.ts';
import { isPart, type RoundStore } from '../round/store.ts';
import { abandon } from './abandon.ts';
import type { DriverPorts } from './ports.ts';
import type { RoundUnderWay } from './round-under-way.ts';
import type { TaskRounds } from './task-rounds.ts';

/** Rounds of every task of a coordinator, by the name of the task. */
export type AllRounds = ReadonlyMap<string, TaskRounds>;

/**
 * Finds the round under way of an assignment, by the id that its device knows. Throws `round.closed` for a
 * round that is over, `round.unknown`, and `assignment.unknown` if the devices of the round are with other
 * cells.
 */
export function findRound(rounds: AllRounds, id: RoundId, assignment?: AssignmentId): RoundUnderWay {
  for (const each of rounds.values()) {
    const driver = each.find(id, assignment);
    if (driver) return driver;
  }
  throw new MurmurationError('round.unknown');
}

/**
 * Resumes the stored rounds that are under way, each with its task; those whose task is gone have failed.
 * Throws `storage.*`.
 */
export async function resumeAll(
  rounds: AllRounds,
  store: RoundStore,
  ports: Pick<DriverPorts, 'history' | 'clock' | 'moments'>,
  parts: Pick<PartStore, 'forget'>,
): Promise<void> {
  const all = await store.underWay();
  // Parts end with their rounds.
  for (const { terms } of all.filter(isPart)) await parts.forget(terms);
  const saved = all.filter(each => !isPart(each));
  for (const [name, each] of rounds) await each.resume(saved.filter(({ terms }) => terms.plan.task === name));
  for (const round of saved) {
    const { task } = round.terms.plan;
    if (!rounds.has(task))
      await abandon(round, `The coordinator was restarted without the task "${task}".`, ports);
  }
}

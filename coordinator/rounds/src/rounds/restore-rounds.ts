import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { SavedRound } from '../round/store.ts';
import { addsAsTheyCome } from '../task/task.ts';
import { abandon } from './abandon.ts';
import { restore } from './restore.ts';
import type { RoundParts } from './round-parts.ts';
import type { Lifetime } from './round-under-way.ts';
import type { RoundsUnderWay } from './rounds-under-way.ts';
import { takenBack } from './taken-back.ts';
import { isOfStorage } from './until-stored.ts';

/** Handlers of rounds that go on after a restart. */
interface Restoring extends RoundParts {
  readonly underWay: Pick<RoundsUnderWay, 'remember' | 'count'>;
}

/**
 * Returns the rounds of a task that go on after a restart: the newest if its model still exists, and the
 * closed buffer before it. Records the others as failed. Throws `storage.*`.
 */
export async function restoreRounds(saved: readonly SavedRound[], restoring: Restoring): Promise<Lifetime[]> {
  const drivers: Lifetime[] = [];
  const most = addsAsTheyCome(restoring.settings.task) ? 2 : 1;
  for (const [i, round] of saved.entries()) {
    restoring.maker.follow(round.terms.number);
    const driver =
      i < saved.length - most
        ? await fail(round, 'A newer round of this task was under way as well.', restoring)
        : await restored(round, drivers[0]?.ended, restoring);
    if (driver) drivers.push(driver);
  }
  return drivers;
}

/** Returns the round that was under way; undefined if it can't go on. */
async function restored(
  saved: SavedRound,
  before: Promise<unknown> | undefined,
  restoring: Restoring,
): Promise<Lifetime | undefined> {
  const { settings, registry, inquiries, maker, times, succession, ports } = restoring;
  const { task } = settings;
  const { terms, damage } = saved;
  if (damage !== undefined) {
    const error = new MurmurationError('storage.corrupt', damage);
    ports.events.emit('fault', 'reading the sum of a round', error, terms.id);
  }
  const query = queryOf(terms.plan);
  if (query) inquiries.begun(query.name, terms.startedAt);
  else times.beganBefore(terms.startedAt, task.interval);
  let aggregate: Aggregate;
  let reason: string | undefined;
  try {
    const { layout } = await registry.files(terms.plan.model);
    if (terms.plan.control) registry.putBeside(terms.plan.model, terms.plan.control.file);
    reason = await takenBack(saved, registry, ports.history);
    if (terms.kind === 'spread') return ended(maker.spread(task, terms, layout, { isSaved: true }), reason);
    aggregate = maker.aggregateFor(task, terms, layout);
    restore(aggregate, saved, task);
    if (terms.kind === 'buffer') {
      const { head } = await registry.current(task.name);
      succession.resumes(head.version.model, terms.number, layout);
    }
  } catch (error) {
    if (!(error instanceof MurmurationError) || isOfStorage(error)) throw error;
    return fail(saved, `The round could not go on after a restart: ${error.detail}`, restoring);
  }
  return ended(maker.drive(terms, aggregate, { saved, before }), reason);
}

/**
 * Returns a round that goes on, or ends it at once if there is a reason: its devices hear that as soon as
 * they are back.
 */
function ended<Round extends Lifetime>(round: Round, reason: string | undefined): Round {
  if (reason !== undefined) round.abort(reason);
  return round;
}

async function fail(saved: SavedRound, reason: string, { ports, underWay }: Restoring): Promise<undefined> {
  const record = await abandon(saved, reason, ports);
  underWay.remember(record.round);
  await underWay.count(record);
}

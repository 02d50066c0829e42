import { begin } from '../round/phases/gathering.ts';
import { type RoundRecord, recordOf } from '../round/record.ts';
import { replay } from '../round/replay.ts';
import type { Failed, RoundEvent, RoundState } from '../round/round.ts';
import type { JournalEntry, SavedRound } from '../round/store.ts';
import { type PhaseRecord, Timeline } from '../round/timeline.ts';
import { transition } from '../round/transition.ts';
import type { DriverPorts } from './ports.ts';
import { resultOf } from './result-of.ts';

/** Records a round that was under way and can't go on as failed, with `reason`. Throws `storage.*`. */
export async function abandon(
  saved: SavedRound,
  reason: string,
  { history, clock, moments }: Pick<DriverPorts, 'history' | 'clock' | 'moments'>,
): Promise<RoundRecord> {
  const record = recordOfAbandoned(saved, reason, clock.now());
  await history.commit({ round: record, result: resultOf(saved.terms, record) });
  moments.roundEnded(record);
  return record;
}

/** Returns the failed record of a round that was under way and can't go on; `now` is in ms since 1970. */
export function recordOfAbandoned(saved: SavedRound, reason: string, now: number): RoundRecord {
  const { state, phases } = failed(saved, reason, now);
  return recordOf(state, now, null, { up: 0, down: 0 }, { phases, errors: {} });
}

function failed(
  saved: SavedRound,
  reason: string,
  now: number,
): { state: Failed; phases: readonly PhaseRecord[] } {
  let { state } = begin(saved.terms);
  const timeline = new Timeline(state);
  const happen = (event: RoundEvent) => {
    state = transition(state, event).state;
    const isDated = event.type === 'drawn' || event.type === 'tick' || event.type === 'graced';
    timeline.follow(event, state, isDated ? event.time : event.type === 'abort' ? now : null);
  };
  replay(saved, {
    phase: () => state.phase,
    entry(entry) {
      const event = eventOf(entry, state.phase);
      if (event) happen(event);
    },
    contributor: ({ assignment }) => happen({ type: 'counted', assignment }),
  });
  happen({ type: 'abort', reason });
  return { state: state as Failed, phases: timeline.phases };
}

/** Returns the event of a journal entry, without looking into its message. */
function eventOf(entry: JournalEntry, phase: RoundState['phase']): RoundEvent | undefined {
  switch (entry.type) {
    case 'drawn':
    case 'left':
    case 'tick':
    case 'shifted':
      return entry;
    case 'graced':
      // Written twice: the next phase has its own grace.
      return entry.phase === undefined || entry.phase === phase ? entry : undefined;
    case 'stated':
      return undefined;
    // No check for enough agreements or reveals: a phase that ended shows that there were enough.
    case 'agree':
      return { type: 'settled', assignment: entry.assignment };
    default:
      return { type: 'counted', assignment: entry.assignment };
  }
}

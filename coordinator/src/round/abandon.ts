import { begin } from './phases/gathering.ts';
import { type RoundRecord, recordOf } from './record.ts';
import type { Failed, RoundEvent } from './round.ts';
import type { JournalEntry, SavedRound } from './store.ts';
import { transition } from './transition.ts';

/** The record of a round that was under way and can't go on, for a `reason`; `endedAt` in ms since 1970. */
export function abandoned(saved: SavedRound, reason: string, endedAt: number): RoundRecord {
  let { state } = begin(saved.terms);
  const happen = (event: RoundEvent) => {
    state = transition(state, event).state;
  };
  for (const entry of saved.entries) {
    const event = eventOf(entry);
    if (event) happen(event);
    if (state.phase !== 'updates') continue;
    for (const { assignment } of saved.checkpoint?.contributors ?? [])
      happen({ type: 'counted', assignment });
  }
  happen({ type: 'abort', reason });
  return recordOf(state as Failed, endedAt, null, { up: 0, down: 0 });
}

/** What an entry means for the state of a round, whatever its message says. */
function eventOf(entry: JournalEntry): RoundEvent | undefined {
  switch (entry.type) {
    case 'drawn':
    case 'left':
    case 'tick':
      return entry;
    case 'stated':
      return undefined;
    default:
      return { type: 'counted', assignment: entry.assignment };
  }
}

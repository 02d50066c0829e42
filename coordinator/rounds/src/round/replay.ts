import type { RoundState } from './round.ts';
import type { Contributor, JournalEntry, SavedRound } from './store.ts';

/** Target to which a saved round is replayed. */
interface Replayed {
  /** Returns the phase that the replay has led to so far. */
  phase(): RoundState['phase'];
  entry(entry: JournalEntry): void;
  /** Takes a device whose update is in the checkpoint of the sum. */
  contributor(contributor: Contributor): void;
}

/**
 * Replays a saved round in an order that leads to the same state: its entries, and the contributors of the
 * sum once, as soon as updates are taken.
 */
export function replay(saved: SavedRound, to: Replayed): void {
  const { entries, checkpoint, terms } = saved;
  if (terms.kind === 'buffer') {
    replayBuffer(saved, to);
    return;
  }
  let contributors = checkpoint?.contributors ?? [];
  for (const entry of entries) {
    to.entry(entry);
    if (to.phase() !== 'updates') continue;
    for (const each of contributors) to.contributor(each);
    contributors = [];
  }
}

/**
 * Replays a buffer. Devices join while others send their updates, so each contributor counts as soon as it
 * has joined: no later event takes its update out again. A buffer closes only once it is due, and none is due
 * during a replay.
 */
function replayBuffer({ entries, checkpoint }: SavedRound, to: Replayed): void {
  const contributors = new Map(checkpoint?.contributors.map(each => [each.assignment, each]));
  for (const entry of entries) {
    to.entry(entry);
    if (entry.type !== 'drawn') continue;
    for (const { assignment } of entry.members) {
      const contributor = contributors.get(assignment);
      if (contributor) to.contributor(contributor);
    }
  }
}

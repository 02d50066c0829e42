import type { RoundState } from './round.ts';
import type { Contributor, JournalEntry, SavedRound } from './store.ts';

/** What a round that was written down is replayed to. */
interface Replayed {
  /** The phase that what was replayed so far has led to. */
  phase(): RoundState['phase'];
  entry(entry: JournalEntry): void;
  /** A device whose update is in the checkpoint of the sum. */
  contributor(contributor: Contributor): void;
}

/**
 * Goes through what was written down of a round in an order that leads to the same state: its entries, and the contributors of the sum,
 * once, as soon as updates are taken.
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
 * Devices join a buffer while others send their updates: each contributor counts as soon as it has joined, so that nothing which happened
 * after its update takes it out again. No buffer closes before it is due, and none is while it is replayed.
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

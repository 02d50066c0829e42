import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Checkpoint, JournalEntry, RoundStore, SavedRound } from '../round/store.ts';

/** Rounds under way in this process's memory: they outlive a coordinator that is put together anew over them, and no more. */
export class MemoryRounds implements RoundStore {
  readonly #rounds = new Map<RoundId, { saved: SavedRound; entries: JournalEntry[] }>();

  async begin(terms: SavedRound['terms']): Promise<void> {
    if (this.#rounds.has(terms.id)) return;
    const entries: JournalEntry[] = [];
    this.#rounds.set(terms.id, { saved: { terms, entries, checkpoint: undefined }, entries });
  }

  async append(round: RoundId, entries: readonly JournalEntry[]): Promise<void> {
    this.#of(round).entries.push(...structuredClone(entries));
  }

  async checkpoint(round: RoundId, { contributors, sum }: Checkpoint, options: { readonly erase: boolean }) {
    const kept = this.#of(round);
    if (options.erase) kept.saved.checkpoint?.sum.fill(0);
    kept.saved = { ...kept.saved, checkpoint: { contributors: [...contributors], sum: new Uint8Array(sum) } };
  }

  async underWay(): Promise<readonly SavedRound[]> {
    return Array.from(this.#rounds.values(), ({ saved }) => structuredClone(saved));
  }

  /** The round is over: nothing of it is kept. */
  forget(round: RoundId): void {
    this.#rounds.get(round)?.saved.checkpoint?.sum.fill(0);
    this.#rounds.delete(round);
  }

  #of(round: RoundId) {
    const kept = this.#rounds.get(round);
    if (!kept) throw new MurmurationError('storage.failed', `The round ${round} has not begun.`);
    return kept;
  }
}

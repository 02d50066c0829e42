import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { PartResult, PartStore } from '@murmuration/rounds/round/parts';
import {
  type Checkpoint,
  type JournalEntry,
  keyOf,
  type RoundStore,
  type SavedRound,
} from '@murmuration/rounds/round/store';

interface Ended {
  readonly result: PartResult;
  readonly sum: Uint8Array | undefined;
}

/**
 * Keeps rounds under way in memory: they outlive a coordinator rebuilt in this process, but not the process.
 */
export class MemoryRounds implements RoundStore {
  readonly #rounds = new Map<RoundId, { saved: SavedRound; entries: JournalEntry[] }>();
  readonly #ended = new Map<RoundId, Map<number, Ended>>();

  async begin(terms: SavedRound['terms']): Promise<void> {
    const key = keyOf(terms);
    if (this.#rounds.has(key)) return;
    const entries: JournalEntry[] = [];
    this.#rounds.set(key, { saved: { terms, entries, checkpoint: undefined }, entries });
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

  /** Deletes all data of a round that is over. */
  forget(round: RoundId): void {
    this.#rounds.get(round)?.saved.checkpoint?.sum.fill(0);
    this.#rounds.delete(round);
    this.#ended.delete(round);
  }

  /** Results of the parts of spread rounds. */
  readonly parts: PartStore = {
    open: async task =>
      [...this.#rounds.values()]
        .map(({ saved: { terms } }) => terms)
        .filter(terms => terms.kind === 'spread')
        .filter(({ plan }) => plan.task === task),
    end: async (terms, result, sum) => {
      const { id, part } = terms;
      if (this.#rounds.has(id)) {
        const ended = this.#ended.get(id) ?? new Map<number, Ended>();
        if (!ended.has(part)) ended.set(part, structuredClone({ result, sum }));
        this.#ended.set(id, ended);
      }
      this.forget(keyOf(terms));
    },
    forget: async terms => this.forget(keyOf(terms)),
    results: async (round, known = new Map()) => {
      const ended = [...(this.#ended.get(round) ?? [])].filter(([part]) => !known.has(part));
      return new Map(ended.map(([part, { result }]) => [part, structuredClone(result)]));
    },
    sum: async (round, part) => {
      const sum = this.#ended.get(round)?.get(part)?.sum;
      return sum && new Uint8Array(sum);
    },
  };

  #of(round: RoundId) {
    const kept = this.#rounds.get(round);
    if (!kept) throw new MurmurationError('storage.failed', `The round ${round} has not begun.`);
    return kept;
  }
}

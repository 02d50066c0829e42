import { settled } from '@murmuration/protocol/time/virtual-clock';
import type { Checkpoint, JournalEntry, RoundStore } from '@murmuration/rounds/round/store';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';

interface Write {
  readonly what: string;
  readonly go: () => void;
  readonly fail: (error: unknown) => void;
}

/** Rounds in memory whose writes wait until a test lets them succeed or fail. */
export class SlowRounds implements RoundStore {
  readonly kept = new MemoryRounds();
  /** What `erase` said, checkpoint by checkpoint. */
  readonly erased: boolean[] = [];
  readonly #waiting: Write[] = [];

  begin(terms: Parameters<RoundStore['begin']>[0]): Promise<void> {
    return this.#write('begin', () => this.kept.begin(terms));
  }

  append(...[round, entries]: Parameters<RoundStore['append']>): Promise<void> {
    const what = entries.map(nameOf).join(' ');
    return this.#write(what, () => this.kept.append(round, entries));
  }

  checkpoint(...args: Parameters<RoundStore['checkpoint']>): Promise<void> {
    const [, { contributors }, { erase }] = args;
    const what = contributors.map(({ assignment }) => assignment).join(' ');
    return this.#write(what, () => {
      this.erased.push(erase);
      return this.kept.checkpoint(...args);
    });
  }

  underWay(): ReturnType<RoundStore['underWay']> {
    return this.kept.underWay();
  }

  /** What the writes under way are about. */
  async underWrite(): Promise<string[]> {
    await settled();
    return this.#waiting.map(({ what }) => what);
  }

  /** Lets the oldest write succeed. */
  async go(): Promise<void> {
    this.#waiting.shift()!.go();
    await settled();
  }

  /** Lets the oldest write fail. */
  async fail(error: unknown): Promise<void> {
    this.#waiting.shift()!.fail(error);
    await settled();
  }

  async saved(): Promise<{ entries: string[]; checkpoint: Checkpoint | undefined }> {
    const [round] = await this.kept.underWay();
    return { entries: round!.entries.map(nameOf), checkpoint: round!.checkpoint };
  }

  async #write(what: string, act: () => Promise<void>): Promise<void> {
    await new Promise<void>((go, fail) => this.#waiting.push({ what, go, fail }));
    await act();
  }
}

const nameOf = (entry: JournalEntry) => ('assignment' in entry ? entry.assignment : entry.type);

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { aliasesIn } from '@murmuration/rounds/registry/aliases';
import type { History } from '@murmuration/rounds/registry/ports';
import type { RoundStore } from '@murmuration/rounds/round/store';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';

/** Right before a durable write, or when it is done and nobody has heard of it. */
export type Moment = 'before' | 'after';

/** One coordinator process. */
export interface Life {
  /** Nothing of it happens any more. */
  isOver: boolean;
}

/** ms that a write takes, during which others queue. */
const writing = 2;

/** What outlives a coordinator, and counts its durable writes: any of them may be the last thing that it does. */
export class Kept {
  readonly rounds = new MemoryRounds();
  readonly history = memoryHistory(this.rounds);
  readonly blobs;
  readonly aliases = aliasesIn(memoryDocuments());
  /** The writes that were begun, by name. */
  readonly writes: string[] = [];
  /** Called at each write, by its position; true: the coordinator dies. */
  dies: (write: number, moment: Moment) => boolean = () => false;
  /** Errors with which writes fail, by position and name. */
  fails: (write: number, name: string) => Error | undefined = () => undefined;
  /** Writes that say that they failed when they are done. */
  lies: (write: number) => boolean = () => false;
  died: () => void = () => {};
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.blobs = memoryBlobs(clock);
  }

  /** The same stores as one life writes to them. */
  of(life: Life): { readonly store: RoundStore; readonly history: History } {
    const { rounds, history } = this;
    const write = (name: string, act: () => Promise<void>) => this.#write(life, name, act);
    return {
      store: {
        begin: terms => write('begin', () => rounds.begin(terms)),
        append: (round, entries) =>
          write(`append ${entries.map(({ type }) => type)}`, () => rounds.append(round, entries)),
        checkpoint: (round, checkpoint, options) =>
          write(`checkpoint ${checkpoint.contributors.length}`, () =>
            rounds.checkpoint(round, checkpoint, options),
          ),
        underWay: () => rounds.underWay(),
      },
      history: { ...history, commit: entry => write('commit', () => history.commit(entry)) },
    };
  }

  async #write(life: Life, name: string, act: () => Promise<void>): Promise<void> {
    if (life.isOver) return never();
    const position = this.writes.push(name) - 1;
    if (this.dies(position, 'before')) {
      this.died();
      return never();
    }
    const error = this.fails(position, name);
    await new Promise<void>(resolve => this.#clock.at(this.#clock.now() + writing, resolve));
    if (life.isOver) return never();
    if (error) throw error;
    await act();
    if (this.lies(position)) throw new MurmurationError('storage.failed');
    if (!this.dies(position, 'after')) return;
    this.died();
    return never();
  }
}

export const never = (): Promise<never> => new Promise(() => {});

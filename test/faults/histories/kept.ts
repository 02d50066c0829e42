import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { DeviceStore } from '@murmuration/rounds/population/device';
import type { BlobStore, History } from '@murmuration/rounds/registry/ports';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundTerms } from '@murmuration/rounds/round/round';
import type { Checkpoint, JournalEntry, RoundStore } from '@murmuration/rounds/round/store';
import { type PausedTasks, pausedTasksIn } from '@murmuration/rounds/rounds/pauses';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryDevices } from '@murmuration/storage/memory/devices';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { MemoryRounds } from '@murmuration/storage/memory/rounds';

/** One coordinator process, as what it writes to sees it. */
export interface Writer {
  /** Nothing of it happens any more. */
  readonly isOver: boolean;
  /** Resolves once what it asks arrives, and once it hears what is answered. */
  arrives?(): Promise<void>;
  hears?(): Promise<void>;
  /** Throws where it may not write. */
  guard?(): void;
}

/** A round under way as the storage has it. */
export interface Durable {
  readonly terms: RoundTerms;
  readonly entries: JournalEntry[];
  checkpoint: Checkpoint | undefined;
  /** Grows with each change. */
  changes: number;
}

export type Commit = Parameters<History['commit']>[0];

/** Hears what became durable. */
export interface Witness {
  /** What did not hold. */
  readonly violations: ReadonlySet<string>;
  checkpointed(round: Durable, checkpoint: Checkpoint, options: { readonly erase: boolean }): void;
  committed(entry: Commit, round: Durable | undefined, writer: Writer): void;
}

interface Write {
  readonly writer: Writer;
  readonly error: Error | undefined;
  readonly act: () => Promise<unknown>;
}

const never = (): Promise<never> => new Promise(() => {});

/** What outlives a coordinator. Its writes may be slow, fail, or be the last thing that a coordinator does. */
export class Kept {
  readonly rounds = new MemoryRounds();
  readonly history = memoryHistory(this.rounds);
  readonly blobs;
  readonly devices = memoryDevices();
  readonly pausedTasks = pausedTasksIn(memoryDocuments());
  /** What the storage must have of rounds under way and of those that are over. */
  readonly underWay = new Map<RoundId, Durable>();
  readonly records = new Map<RoundId, RoundRecord>();
  /** ms that a write takes. */
  latency = 0;
  /** So many of the next writes fail. */
  failing = 0;
  /** So many of the next writes are done, and yet fail: their answer is lost. */
  unheard = 0;
  /** Writes that were begun. */
  writes = 0;
  /** When a write failed last, ms since 1970. */
  failedAt = Number.NEGATIVE_INFINITY;
  died: (writer: Writer) => void = () => {};
  readonly #clock: VirtualClock;
  readonly #witness: Witness;
  readonly #inFlight = new Set<Write>();
  #end: { left: number; readonly moment: 'before' | 'after' } | undefined;

  constructor(clock: VirtualClock, witness: Witness) {
    this.#clock = clock;
    this.#witness = witness;
    this.blobs = memoryBlobs(clock);
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** The coordinator dies before or after its n-th write from now on. */
  dieAt(write: number, moment: 'before' | 'after'): void {
    this.#end = { left: write, moment };
  }

  /** Everything works at once from now on. */
  heal(): void {
    this.latency = 0;
    this.failing = 0;
    this.unheard = 0;
    this.#end = undefined;
  }

  /** A coordinator is gone: of its writes in flight the first `durable` are durable, the others never happen. */
  lose(writer: Writer, durable: number): void {
    const writes = [...this.#inFlight].filter(write => write.writer === writer);
    for (const write of writes) this.#inFlight.delete(write);
    this.#end = undefined;
    for (const { act, error } of writes.slice(0, durable)) if (!error) void act().catch(() => {});
  }

  /** The stores as one coordinator sees them. */
  of(writer: Writer): {
    readonly store: RoundStore;
    readonly history: History;
    readonly blobs: BlobStore;
    readonly devices: DeviceStore;
    readonly pausedTasks: PausedTasks;
  } {
    const write = <Value>(act: () => Promise<Value>) => this.#write(writer, act);
    return {
      store: {
        begin: terms => write(() => this.#begin(terms)),
        append: (round, entries) => write(() => this.#append(round, entries)),
        checkpoint: (...args) => write(() => this.#checkpoint(...args)),
        underWay: () => this.rounds.underWay(),
      },
      history: { ...this.history, commit: entry => write(() => this.#commit(entry, writer)) },
      blobs: { ...this.blobs, put: bytes => write(() => this.blobs.put(bytes)) },
      devices: { ...this.devices, revoke: (id, time) => write(() => this.devices.revoke(id, time)) },
      pausedTasks: {
        ...this.pausedTasks,
        set: (task, isPaused) => write(() => this.pausedTasks.set(task, isPaused)),
      },
    };
  }

  async #write<Value>(writer: Writer, act: () => Promise<Value>): Promise<Value> {
    // One that writes again and again would keep a history that has shown a bug from its end.
    if (writer.isOver || this.#witness.violations.size > 0) return never();
    this.writes += 1;
    const end = this.#end;
    const isLast = end !== undefined && --end.left === 0;
    if (isLast && end.moment === 'before') {
      this.died(writer);
      return never();
    }
    const error = this.failing > 0 ? new MurmurationError('storage.full') : undefined;
    if (error) this.failing -= 1;
    const isUnheard = !error && this.unheard > 0;
    if (isUnheard) this.unheard -= 1;
    const guarded = async () => {
      writer.guard?.();
      return await act();
    };
    const inFlight = { writer, error, act: guarded };
    this.#inFlight.add(inFlight);
    if (this.latency > 0)
      await new Promise<void>(resolve => this.#clock.at(this.#clock.now() + this.latency, resolve));
    else await null;
    await writer.arrives?.();
    if (writer.isOver) return never();
    this.#inFlight.delete(inFlight);
    if (error) {
      this.failedAt = this.#clock.now();
      throw error;
    }
    const value = await guarded();
    if (isLast) this.died(writer);
    await writer.hears?.();
    if (writer.isOver) return never();
    if (!isUnheard) return value;
    this.failedAt = this.#clock.now();
    throw new MurmurationError('storage.failed');
  }

  async #begin(terms: RoundTerms): Promise<void> {
    await this.rounds.begin(terms);
    if (!this.underWay.has(terms.id))
      this.underWay.set(terms.id, { terms, entries: [], checkpoint: undefined, changes: 0 });
  }

  async #append(round: RoundId, entries: readonly JournalEntry[]): Promise<void> {
    await this.rounds.append(round, entries);
    const durable = this.underWay.get(round)!;
    durable.entries.push(...structuredClone(entries));
    durable.changes += 1;
  }

  async #checkpoint(...[round, checkpoint, options]: Parameters<RoundStore['checkpoint']>): Promise<void> {
    await this.rounds.checkpoint(round, checkpoint, options);
    const durable = this.underWay.get(round)!;
    this.#witness.checkpointed(durable, checkpoint, options);
    durable.checkpoint = structuredClone(checkpoint);
    durable.changes += 1;
  }

  async #commit(entry: Commit, writer: Writer): Promise<void> {
    await this.history.commit(entry);
    const { round } = entry;
    this.#witness.committed(entry, round && this.underWay.get(round.round), writer);
    if (!round) return;
    this.records.set(round.round, round);
    this.underWay.delete(round.round);
  }
}

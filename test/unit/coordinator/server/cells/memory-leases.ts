import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { HeldLeases } from '@murmuration/storage/leases/held-leases';
import type { Leased } from '@murmuration/storage/leases/parts';
import type { TaskLeases, TaskStatus } from '@murmuration/storage/leases/ports';
import type { ContractCell } from '../../../../contract/task-leases.ts';

interface Lease {
  holder: number | null;
  url: string;
  token: number;
  said: { readonly standing: TaskStatus; readonly at: number } | null;
}

/** What is lost between a cell and the place of the leases: what it asks, the answers, or both. */
export type CutOff = 'there' | 'back' | 'both';

/** ms that the place keeps a cell of which it hears nothing; that the cell goes by its leases; and that it waits for an answer. */
const keptFor = 8_000;
const lasts = keptFor - 2_000;
const patience = 2_000;
/** ms after which a cell whose connection was ended has another one. */
const reconnects = 1_000;

/** A cell of leases in memory, and what can happen between them. */
export interface MemoryCell extends ContractCell {
  /** ms that an answer is on its way. */
  latency: number;
  /** Whether what it asks arrives, and whether it hears what is answered. */
  readonly asks: boolean;
  readonly hears: boolean;
  /** Nothing comes through from now on; no words tell either end. */
  cutOff(way: CutOff): void;
  /** All comes through again. */
  mend(): void;
  /** The place forgets for a moment that the cell lives, as where a server ends a connection by itself. */
  lose(): void;
  /** Throws `storage.in-use` where the cell may not write: what all that it writes asks for when it arrives. */
  guard(): void;
}

/** Leases in memory that cells of one process share. */
export class MemoryLeases {
  readonly #clock: Clock;
  readonly #leases = new Map<Leased, Lease>();
  /** Whether the place believes that a cell lives, by its number. */
  readonly #lives = new Map<number, () => boolean>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  cell(): MemoryCell {
    const clock = this.#clock;
    const cell = this.#lives.size + 1;
    const held = new HeldLeases(() => new MurmurationError('storage.in-use'));
    let isGone = false;
    let cut: { readonly way: CutOff; readonly since: number } | undefined;
    let lostUntil = Number.NEGATIVE_INFINITY;
    this.#lives.set(cell, () => {
      const isForgotten = cut !== undefined && clock.now() - cut.since >= keptFor;
      return !isGone && !isForgotten && clock.now() >= lostUntil;
    });
    const isFree = ({ holder }: Lease) => holder === null || !this.#lives.get(holder)!();
    const kept = () =>
      [...this.#leases].flatMap(([task, { holder, token }]) => (holder === cell ? [{ task, token }] : []));
    const wait = (ms: number) => new Promise<void>(resolve => void clock.at(clock.now() + ms, resolve));
    const line: Omit<MemoryCell, 'leases'> = {
      latency: 0,
      get asks() {
        return cut === undefined || cut.way === 'back';
      },
      get hears() {
        return cut === undefined || cut.way === 'there';
      },
      cutOff(way) {
        cut ??= { way, since: clock.now() };
      },
      mend() {
        cut = undefined;
      },
      lose() {
        lostUntil = clock.now() + reconnects;
      },
      guard() {
        if (!held.isUnbound) held.require(kept());
      },
      async vanish() {
        isGone = true;
      },
    };
    /** What the place does once it is asked, and what comes back of it. */
    const asked = async <Value>(act: () => Value): Promise<Value> => {
      const unheard = async (): Promise<never> => {
        await wait(patience);
        throw new MurmurationError('storage.failed', 'The leases do not answer.');
      };
      if (!line.asks) return unheard();
      const value = act();
      if (line.latency > 0) await wait(line.latency);
      return line.hears ? value : unheard();
    };
    const own = (task: Leased) => {
      const lease = this.#leases.get(task);
      return lease?.holder === cell ? lease : undefined;
    };
    const leases: TaskLeases = {
      held: held.tasks,
      lasts,
      announce: tasks =>
        asked(() => {
          for (const task of tasks)
            if (!this.#leases.has(task))
              this.#leases.set(task, { holder: null, url: '', token: 0, said: null });
        }),
      take: async (task, url) => {
        const token = await asked(() => {
          const lease = this.#leases.get(task);
          if (!lease || (lease.holder !== cell && !isFree(lease))) return undefined;
          Object.assign(lease, { holder: cell, url, token: lease.token + 1 });
          return lease.token;
        });
        if (token !== undefined) held.take(task, token);
        return token !== undefined;
      },
      require: async () => {
        if (held.tasks.size > 0) held.require(await asked(kept));
      },
      letGo: task =>
        asked(() => {
          held.letGo(task);
          const lease = own(task);
          if (lease) lease.holder = null;
        }),
      living: () => asked(() => [...this.#lives.values()].filter(lives => lives()).length),
      release: async () => {
        held.release();
        if (!line.asks) return;
        for (const lease of this.#leases.values()) if (lease.holder === cell) lease.holder = null;
      },
      tell: standings =>
        asked(() => {
          for (const [task, standing] of standings) {
            const lease = own(task);
            if (lease) lease.said = { standing, at: clock.now() };
          }
        }),
      places: () =>
        asked(() =>
          Array.from(this.#leases, ([task, lease]) => ({
            task,
            cell: isFree(lease) ? null : lease.url,
            said: lease.said && { standing: lease.said.standing, age: clock.now() - lease.said.at },
          })).sort((a, b) => (a.task < b.task ? -1 : 1)),
        ),
      ticketKey: async () => new Uint8Array(32).fill(7),
    };
    return Object.assign(line, { leases });
  }
}

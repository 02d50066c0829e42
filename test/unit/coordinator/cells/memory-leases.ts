import type { Standing, TaskLeases } from '@murmuration/coordinator/cells/ports';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ContractCell } from '../../../contract/task-leases.ts';

interface Lease {
  holder: number | null;
  url: string;
  token: number;
  said: { readonly standing: Standing; readonly at: number } | null;
}

/** Leases in memory that cells of one process share. */
export class MemoryLeases {
  readonly #clock: Clock;
  readonly #leases = new Map<TaskName, Lease>();
  readonly #living = new Set<number>();
  #cells = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  cell(): ContractCell {
    this.#cells += 1;
    const cell = this.#cells;
    const tokens = new Map<TaskName, number>();
    const held = new Set<TaskName>();
    this.#living.add(cell);
    const isFree = ({ holder }: Lease) => holder === null || !this.#living.has(holder);
    const own = (task: TaskName) => {
      const lease = this.#leases.get(task);
      return lease?.holder === cell ? lease : undefined;
    };
    const leases: TaskLeases = {
      held,
      announce: async tasks => {
        for (const task of tasks)
          if (!this.#leases.has(task))
            this.#leases.set(task, { holder: null, url: '', token: 0, said: null });
      },
      take: async (task, url) => {
        const lease = this.#leases.get(task);
        if (!lease || !isFree(lease)) return false;
        Object.assign(lease, { holder: cell, url, token: lease.token + 1 });
        tokens.set(task, lease.token);
        held.add(task);
        return true;
      },
      require: async () => {
        for (const [task, token] of tokens)
          if (own(task)?.token !== token) throw new MurmurationError('storage.in-use');
      },
      release: async () => {
        for (const lease of this.#leases.values()) if (lease.holder === cell) lease.holder = null;
        tokens.clear();
        held.clear();
      },
      tell: async standings => {
        for (const [task, standing] of standings) {
          const lease = own(task);
          if (lease) lease.said = { standing, at: this.#clock.now() };
        }
      },
      places: async () =>
        Array.from(this.#leases, ([task, lease]) => ({
          task,
          cell: isFree(lease) ? null : lease.url,
          said: lease.said && { standing: lease.said.standing, age: this.#clock.now() - lease.said.at },
        })).sort((a, b) => (a.task < b.task ? -1 : 1)),
      ticketKey: async () => new Uint8Array(32).fill(7),
    };
    return { leases, vanish: async () => void this.#living.delete(cell) };
  }
}

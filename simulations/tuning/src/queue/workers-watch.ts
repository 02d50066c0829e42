import type { Clock } from '@murmuration/protocol/time/clock';
import { Pulse } from './pulse.ts';
import type { StandingWorker } from './standing.ts';

/** Milliseconds without a heartbeat after which a worker counts as gone. */
const workerTimeoutMs = 15_000;

/** Tracks the workers of a run, and reports changes. */
export class WorkersWatch {
  readonly #pulse: Pulse;
  readonly #tell: (line: string) => void;
  #there = new Map<string, StandingWorker>();
  readonly #refused = new Set<string>();

  constructor(clock: Clock, tell: (line: string) => void) {
    this.#pulse = new Pulse(clock, workerTimeoutMs);
    this.#tell = tell;
  }

  /** Number of live workers. */
  get size(): number {
    return this.#there.size;
  }

  /** Number of threads of all live workers. */
  get threads(): number {
    return [...this.#there.values()].reduce((sum, { threads }) => sum + threads, 0);
  }

  /** Takes the current entries of the Redis; returns the ids of dead workers, to be removed. */
  look(workers: ReadonlyMap<string, StandingWorker>): string[] {
    const dead: string[] = [];
    const there = new Map<string, StandingWorker>();
    for (const [id, worker] of workers) {
      if (this.#pulse.look(id, worker.beat) === 'dead') dead.push(id);
      else if (worker.refused === null) there.set(id, worker);
      else if (!this.#refused.has(id)) {
        this.#refused.add(id);
        this.#tell(`The worker ${worker.name} is refused: ${worker.refused}.`);
      }
    }
    const before = this.#there;
    this.#there = there;
    for (const [id, { name, threads }] of there)
      if (!before.has(id))
        this.#tell(`The worker ${name} with ${counted(threads, 'thread')} has come; ${this.#all}`);
    for (const [id, { name }] of before)
      if (!there.has(id)) this.#tell(`The worker ${name} is gone; ${this.#all}`);
    return dead;
  }

  get #all(): string {
    const { size } = this.#there;
    return size === 0
      ? 'there is none now, and the run waits.'
      : `${size === 1 ? 'it is the only one' : `${size} are there`}, with ${counted(this.threads, 'thread')} in all.`;
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import type { Member } from '../round/cohort.ts';
import type { SeenState } from '../round/round.ts';
import { BatchedWrites } from '../writes/batched-writes.ts';
import type { ActivityChange, ActivityStore, Participation } from './activity.ts';

/** Changes that are written in one transaction. */
const maxChanges = 500;

interface Gathered {
  seenAt: number;
  client: ActivityChange['client'];
  readonly tasks: Map<TaskName, Participation>;
}

/**
 * Writes down what devices do, many together and at intervals: a crash loses the last seconds of it. Listens, and changes
 * nothing.
 */
export class ActivityRecorder {
  readonly #store: ActivityStore;
  readonly #clock: Clock;
  readonly #events: CoordinatorEvents;
  readonly #writes: BatchedWrites;
  #gathered = new Map<DeviceId, Gathered>();
  /** Rounds that were seen without a cohort: the next state that has one is that of its draw. */
  readonly #gathering = new Set<RoundId>();
  /** Whose updates are in the sums of rounds that are being closed. */
  readonly #closing = new Map<RoundId, readonly Member[]>();

  constructor(store: ActivityStore, events: CoordinatorEvents, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#events = events;
    this.#writes = new BatchedWrites(() => this.#write(), clock);
    events.on('connected', (device, platform, sdk) => {
      this.#see(device).client = { platform, sdk };
    });
    events.on('disconnected', device => this.#see(device));
    events.on('checked-in', device => this.#see(device));
    events.on('round', state => this.#follow(state));
  }

  /** Writes what is gathered; what can't be written is kept for the next time. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  /** Writes what is gathered for the last time; what can't be written now is lost. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  #follow(state: SeenState): void {
    const { id, plan } = state.terms;
    switch (state.phase) {
      case 'gathering':
        this.#gathering.add(id);
        return;
      case 'closing':
        if ('contributors' in state) this.#closing.set(id, state.contributors);
        return;
      case 'published':
        this.#add(this.#closing.get(id) ?? [], plan.task, { rounds: 0, updates: 1 });
        this.#forget(id);
        return;
      case 'failed':
        this.#forget(id);
        return;
      default:
        if ('cohort' in state && this.#gathering.delete(id))
          this.#add(state.cohort.members, plan.task, { rounds: 1, updates: 0 });
    }
  }

  #forget(round: RoundId): void {
    this.#gathering.delete(round);
    this.#closing.delete(round);
  }

  #add(
    members: readonly Member[],
    task: TaskName,
    { rounds, updates }: { rounds: number; updates: number },
  ): void {
    const lastAt = this.#clock.now();
    for (const { device } of members) {
      const { tasks } = this.#see(device);
      const before = tasks.get(task) ?? { rounds: 0, updates: 0 };
      tasks.set(task, { task, rounds: before.rounds + rounds, updates: before.updates + updates, lastAt });
    }
  }

  #see(device: DeviceId): Gathered {
    const gathered = this.#gathered.get(device) ?? { seenAt: 0, client: undefined, tasks: new Map() };
    gathered.seenAt = this.#clock.now();
    this.#gathered.set(device, gathered);
    this.#writes.schedule();
    return gathered;
  }

  async #write(): Promise<void> {
    const gathered = [...this.#gathered];
    this.#gathered = new Map();
    for (let at = 0; at < gathered.length; at += maxChanges) {
      try {
        await this.#record(gathered.slice(at, at + maxChanges));
      } catch (error) {
        this.#events.emit('fault', 'recording what devices do', error);
        this.#keep(gathered.slice(at));
        return;
      }
    }
  }

  /**
   * Writes changes together. What the storage can't take of them, whatever its state, is looked for by halves and left out, so that it holds back
   * no others. Throws `storage.*`.
   */
  async #record(gathered: readonly (readonly [DeviceId, Gathered])[]): Promise<void> {
    const changes = gathered.map(([device, { seenAt, client, tasks }]) => ({
      device,
      seenAt,
      ...(client && { client }),
      tasks: [...tasks.values()],
    }));
    try {
      await this.#store.record(changes);
    } catch (error) {
      if (error instanceof MurmurationError) throw error;
      const [only, ...others] = changes;
      if (only && others.length === 0) {
        this.#events.emit('fault', `recording what ${only.device} does`, error);
        return;
      }
      const half = Math.ceil(gathered.length / 2);
      await this.#record(gathered.slice(0, half));
      await this.#record(gathered.slice(half));
    }
  }

  /** Puts back what could not be written, under what has gathered since. */
  #keep(unwritten: readonly (readonly [DeviceId, Gathered])[]): void {
    for (const [device, before] of unwritten) {
      const now = this.#see(device);
      now.client ??= before.client;
      for (const part of before.tasks.values()) {
        const since = now.tasks.get(part.task) ?? { ...part, rounds: 0, updates: 0 };
        now.tasks.set(part.task, {
          ...since,
          rounds: since.rounds + part.rounds,
          updates: since.updates + part.updates,
        });
      }
    }
  }
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import type { Member } from '../round/cohort.ts';
import type { SeenState } from '../round/round.ts';
import { BatchedWrites } from '../writes/batched-writes.ts';
import type { ActivityChange, ActivityStore, TaskParticipation } from './activity.ts';

/** Changes written in one transaction. */
const maxChanges = 500;

interface Gathered {
  seenAt: number;
  client: ActivityChange['client'];
  readonly tasks: Map<TaskName, TaskParticipation>;
}

/**
 * Records the activity of devices in batches, at intervals: a crash loses the last seconds. Only listens to
 * events.
 */
export class ActivityRecorder {
  readonly #store: ActivityStore;
  readonly #clock: Clock;
  readonly #events: CoordinatorEvents;
  readonly #writes: BatchedWrites;
  #gathered = new Map<DeviceId, Gathered>();
  /** Rounds seen without a cohort; the next state with a cohort is their draw. */
  readonly #gathering = new Set<RoundId>();
  /** Map from a round that is being closed to the devices whose updates are in its sum. */
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

  /** Writes pending changes; those that can't be written are kept for the next time. */
  flush(): Promise<void> {
    return this.#writes.flush();
  }

  /** Writes pending changes for the last time; those that can't be written are lost. */
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
   * Writes changes in one transaction. If the storage refuses them for a reason other than its own state,
   * halves them until only the refused ones are left out. Throws `storage.*`.
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

  /** Merges unwritten changes back under newer ones. */
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

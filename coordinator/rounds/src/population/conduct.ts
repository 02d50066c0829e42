import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import { type Laggards, laggardsOf, type Watched, watched } from '../round/laggards.ts';
import type { SeenState } from '../round/round.ts';
import type { DrawMark } from '../selection/careful-draw.ts';
import { BatchedWrites } from '../writes/batched-writes.ts';
import {
  apart,
  delaying,
  failed,
  isSuspect,
  type Mark,
  type MarkStore,
  opened,
  rememberedFor,
  saysNothing,
  silent,
  unmarked,
} from './mark.ts';

/** Most devices of a task with marks in memory; the ones that changed longest ago are dropped first. */
const mostMarked = 100_000;
/** Marks written in one transaction. */
const marksAtOnce = 500;
/** Number of silences from which on a device may not wait with an open connection. */
const sentAwayFrom = 2;

/** Numbers of devices by kind of mark. */
interface Marked {
  readonly silent: number;
  readonly suspect: number;
  readonly apart: number;
  readonly slow: number;
}

export interface ConductPorts {
  readonly task: () => { readonly name: TaskName; readonly interval: number };
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  /** Store of the marks; undefined keeps them in memory only. */
  readonly store?: MarkStore | undefined;
}

/** State of a round as followed so far. */
interface Seen {
  phase: Watched | undefined;
  contributors: readonly DeviceId[];
  readonly silent: Set<DeviceId>;
  readonly slow: Set<DeviceId>;
  readonly spoiled: Set<DeviceId>;
}

/**
 * Tracks how devices behave in the rounds of a task: devices in sums that failed, devices that fell silent,
 * and devices that delayed a round. It decides which devices are drawn last and which are kept apart for a
 * while. A crash loses the last seconds.
 */
export class Conduct {
  readonly #ports: ConductPorts;
  readonly #marks = new BoundedMap<DeviceId, Mark>(mostMarked);
  readonly #rounds = new Map<RoundId, Seen>();
  readonly #writes: BatchedWrites;
  #unwritten = new Set<DeviceId>();

  constructor(ports: ConductPorts) {
    this.#ports = ports;
    this.#writes = new BatchedWrites(() => this.#write(), ports.clock);
  }

  /** Follows a state of a round of the task. Failures are faults, and never the round's. */
  follow(state: SeenState): void {
    this.#attempt(() => this.#follow(state));
  }

  /**
   * Records that at least one of these devices spoiled a masked sum of a round. Failures are faults, and
   * never the round's.
   */
  spoil(round: RoundId, devices: readonly DeviceId[]): void {
    this.#attempt(() => this.#spoil(round, devices));
  }

  /** Reads the stored marks. Throws `storage.*`. */
  async open(): Promise<void> {
    const { store, task, clock } = this.#ports;
    if (!store) return;
    const since = clock.now() - rememberedFor;
    await store.prune(task().name, since);
    const kept = await store.since(task().name, since, mostMarked);
    for (const { task: _, device, ...mark } of kept.toReversed()) this.#marks.set(device, mark);
  }

  /** Returns the mark of a device for a draw; undefined if it has none. */
  markOf(device: DeviceId): DrawMark | undefined {
    const mark = this.#of(device);
    if (!mark) return undefined;
    const now = this.#ports.clock.now();
    const isSuspected = isSuspect(mark, now, this.#ports.task().interval);
    const suspicion = isSuspected ? mark.inRow : 0;
    return { suspicion, failures: mark.failures, isBenched: now < mark.silentUntil };
  }

  isBenched(device: DeviceId): boolean {
    return this.#ports.clock.now() < (this.#marks.get(device)?.silentUntil ?? 0);
  }

  /**
   * Returns the time until which a device may not wait for its turn, ms since 1970, and the reason;
   * undefined if it may.
   */
  outUntil(device: DeviceId): { readonly time: number; readonly reason: string } | undefined {
    const mark = this.#of(device);
    if (!mark) return undefined;
    const now = this.#ports.clock.now();
    if (now < mark.apartUntil) return { time: mark.apartUntil, reason: 'rounds with the device failed' };
    if (mark.silences < sentAwayFrom || now >= mark.silentUntil) return undefined;
    return { time: mark.silentUntil, reason: 'the device fell silent in rounds' };
  }

  /** Numbers of devices by kind of mark, as of now. */
  get marked(): Marked {
    const now = this.#ports.clock.now();
    const { interval } = this.#ports.task();
    const count = { silent: 0, suspect: 0, apart: 0, slow: 0 };
    for (const [, mark] of this.#marks) {
      if (mark.silences > 0) count.silent += 1;
      if (isSuspect(mark, now, interval)) count.suspect += 1;
      if (now < mark.apartUntil) count.apart += 1;
      if (mark.delays > 0) count.slow += 1;
    }
    return count;
  }

  /**
   * Returns the devices that most failed sums have in common, at least two sums; none if there are more than
   * `most` devices.
   */
  shared(most: number): readonly DeviceId[] {
    const now = this.#ports.clock.now();
    const lately = [...this.#marks].filter(([, { failedAt }]) => now - failedAt < rememberedFor);
    const failures = Math.max(2, ...lately.map(([, mark]) => mark.failures));
    const those = lately.filter(([, mark]) => mark.failures === failures).map(([device]) => device);
    return those.length > most ? [] : those;
  }

  /** Returns up to `most` devices that delayed rounds repeatedly, the slowest first. */
  slow(most: number): readonly DeviceId[] {
    const slow = [...this.#marks].filter(([, { delays }]) => delays > 1);
    return slow
      .sort(([, a], [, b]) => b.delays - a.delays)
      .slice(0, most)
      .map(([device]) => device);
  }

  /** Removes the marks of a device. */
  forget(device: DeviceId): void {
    this.#marks.delete(device);
    this.#unwritten.delete(device);
  }

  /** Writes pending marks for the last time. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  #of(device: DeviceId): Mark | undefined {
    const mark = this.#marks.get(device);
    if (mark && this.#ports.clock.now() - mark.changedAt > rememberedFor) {
      this.#marks.delete(device);
      return undefined;
    }
    return mark;
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#ports.events.emit('fault', 'following how devices behave', error);
    }
  }

  #follow(state: SeenState): void {
    const { terms } = state;
    // Devices may leave a buffer at any time.
    if (terms.kind === 'buffer') return;
    const now = this.#ports.clock.now();
    const seen = this.#seen(terms.id);
    const before = seen.phase;
    if (before && before.state.phase !== state.phase) this.#lag(seen, laggardsOf(before, state, now));
    seen.phase = 'cohort' in state ? watched(before, state, now) : undefined;
    if ('contributors' in state) seen.contributors = state.contributors.map(({ device }) => device);
    if (state.phase === 'published')
      for (const device of seen.contributors)
        if (!seen.spoiled.has(device)) this.#change(device, mark => opened(mark, now, seen.slow.has(device)));
    if (state.phase === 'published' || state.phase === 'failed') this.#rounds.delete(terms.id);
  }

  #seen(round: RoundId): Seen {
    const seen = this.#rounds.get(round) ?? {
      phase: undefined,
      contributors: [],
      silent: new Set(),
      slow: new Set(),
      spoiled: new Set(),
    };
    this.#rounds.set(round, seen);
    return seen;
  }

  #lag(seen: Seen, { silent: those, last }: Laggards): void {
    const { clock, task } = this.#ports;
    for (const device of those)
      if (!seen.silent.has(device)) this.#change(device, mark => silent(mark, clock.now(), task().interval));
    for (const device of those) seen.silent.add(device);
    if (last === undefined || seen.slow.has(last)) return;
    seen.slow.add(last);
    this.#change(last, mark => delaying(mark, clock.now()));
  }

  #spoil(round: RoundId, devices: readonly DeviceId[]): void {
    const now = this.#ports.clock.now();
    const { spoiled } = this.#seen(round);
    const spoilers = new Map<DeviceId, Mark>();
    for (const device of devices) {
      spoiled.add(device);
      this.#change(device, mark => failed(mark, now));
      spoilers.set(device, this.#marks.get(device)!);
    }
    const worst = apart(spoilers, now);
    if (worst) this.#change(worst[0], () => worst[1]);
  }

  #change(device: DeviceId, change: (mark: Mark) => Mark): void {
    const before = this.#marks.get(device) ?? unmarked;
    const mark = change(before);
    if (mark === before) return;
    if (saysNothing(mark)) this.#marks.delete(device);
    else this.#marks.set(device, mark);
    if (!this.#ports.store) return;
    this.#unwritten.add(device);
    this.#writes.schedule();
  }

  async #write(): Promise<void> {
    const { store, events, task } = this.#ports;
    const changed = [...this.#unwritten];
    this.#unwritten = new Set();
    for (let at = 0; at < changed.length; at += marksAtOnce) {
      const devices = changed.slice(at, at + marksAtOnce);
      try {
        await store?.put(
          devices.map(device => ({
            ...(this.#marks.get(device) ?? unmarked),
            task: task().name,
            device,
          })),
        );
      } catch (error) {
        events.emit('fault', 'writing down how devices behave', error);
        for (const device of changed.slice(at)) this.#unwritten.add(device);
        this.#writes.schedule();
        return;
      }
    }
  }
}

import type { DeviceSplit } from '@murmuration/lifecycle/experiments/served';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { PartProgress } from '@murmuration/rounds/round/progress';
import type { Eligibility } from '@murmuration/rounds/task/eligibility';
import type { Task } from '@murmuration/rounds/task/task';
import type { Leased } from './parts.ts';

/** What a cell says of a task that it has, so that a front can answer check-ins. JSON. */
export interface Standing extends Pick<Task, 'masking' | 'deadlines'> {
  readonly eligibility: Eligibility;
  /** ms within which the task wants as many devices as `cohortSize` says. */
  readonly interval: number;
  readonly cohortSize: number;
  /** Devices that come. */
  readonly population: number;
  /** ms until a device can be of use, 0 while devices are gathered. */
  readonly untilNextRound: number;
  /** Why another device is of no use now; null: it is. */
  readonly busy: string | null;
  /** How often devices that were sent away were told to come sooner. */
  readonly recalls: number;
  /** The version that devices serve. */
  readonly champion: ModelHash;
  /** The same, where an operator has named it. */
  readonly serve: ModelHash | null;
  readonly splits: readonly DeviceSplit[];
  /** Parts that its rounds have, each with a place of its own; left out where they are whole. */
  readonly parts?: number;
  /** Of a part: how far it is, in the newest round that this cell has had it in. */
  readonly progress?: PartProgress;
}

/** Where a task is, or a part of its rounds. */
export interface TaskPlace {
  readonly task: Leased;
  /** The cell that has it; null: none does, and it is there for the taking. */
  readonly cell: string | null;
  /** What was said of it last, and how long ago that is, ms. */
  readonly said: { readonly standing: Standing; readonly age: number } | null;
}

/**
 * Which cell has which task, or which part of the rounds of one. A lease is a cell's from `take` on until it lets go of it, or is gone; each has a number, larger by one than that of
 * the one before (a fencing token), by which all that the cell writes is refused once another has taken the task. All throw `storage.*`.
 */
export interface TaskLeases {
  /** Makes tasks known, so that they can be taken. */
  announce(tasks: readonly Leased[]): Promise<void>;
  /** Takes a task for the cell that devices reach at `url`; false where another cell that lives has it. Once more, where it was not heard. */
  take(task: Leased, url: string): Promise<boolean>;
  /** Those that this cell has taken. */
  readonly held: ReadonlySet<Leased>;
  /** Throws `storage.in-use` where another cell has taken one of these. */
  require(): Promise<void>;
  /**
   * ms from the beginning of a `require` that succeeds, within which no other cell gets one of these because this one can't be heard. Another
   * may get it sooner where the place of the leases ends a connection by itself; then only the numbers tell.
   */
  readonly lasts: number;
  /** Lets go of one of them, of which nothing is under way. */
  letGo(task: Leased): Promise<void>;
  /** Cells that live, this one among them. */
  living(): Promise<number>;
  /** Lets go of all of them. */
  release(): Promise<void>;
  /** Tells fronts of tasks of this cell. */
  tell(standings: ReadonlyMap<Leased, Standing>): Promise<void>;
  /** Where all tasks are. */
  places(): Promise<readonly TaskPlace[]>;
  /** The secret by which fronts sign tickets and cells check them, 32 bytes: the same for all that share a database. */
  ticketKey(): Promise<Uint8Array>;
}

import type { DeviceSplit } from '@murmuration/lifecycle/experiments/served';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { PartProgress } from '@murmuration/rounds/round/progress';
import type { Eligibility } from '@murmuration/rounds/task/eligibility';
import type { Task } from '@murmuration/rounds/task/task';
import type { Leased } from './parts.ts';

/** State of a task that its cell publishes, so that fronts can answer check-ins. JSON. */
export interface TaskStatus extends Pick<Task, 'masking' | 'deadlines'> {
  readonly eligibility: Eligibility;
  /** ms within which the task wants `cohortSize` devices. */
  readonly interval: number;
  readonly cohortSize: number;
  /** Number of devices that come. */
  readonly population: number;
  /** ms until a device can be used; 0 while devices are gathered. */
  readonly untilNextRound: number;
  /** Reason why another device can't be used now; null if it can. */
  readonly busy: string | null;
  /** Number of times that devices sent away were asked to come sooner. */
  readonly recalls: number;
  /** Version that devices serve. */
  readonly champion: ModelHash;
  /** Version that devices serve, if an operator has named it; else null. */
  readonly serve: ModelHash | null;
  readonly splits: readonly DeviceSplit[];
  /** Number of parts of its rounds, each with its own place; left out if they have none. */
  readonly parts?: number;
  /** Progress of a part in the newest round in which this cell has it. */
  readonly progress?: PartProgress;
}

/** Location of a task, or of a part of its rounds. */
export interface TaskPlace {
  readonly task: Leased;
  /** Cell that has it; null if it is free. */
  readonly cell: string | null;
  /** Last published state, and its age, ms. */
  readonly said: { readonly standing: TaskStatus; readonly age: number } | null;
}

/**
 * Leases of tasks, and of parts of their rounds, to cells. A cell holds a lease from `take` until it lets go
 * of it, or is gone. Each lease has a number, larger by one than the one before (a fencing token); once
 * another cell has taken the task, all writes of the earlier cell are refused. All methods throw
 * `storage.*`.
 */
export interface TaskLeases {
  /** Registers tasks, so that they can be taken. */
  announce(tasks: readonly Leased[]): Promise<void>;
  /**
   * Takes a task for the cell that devices reach at `url`; returns false if another living cell has it. May
   * be repeated if the answer was lost.
   */
  take(task: Leased, url: string): Promise<boolean>;
  /** Leases that this cell has taken. */
  readonly held: ReadonlySet<Leased>;
  /** Throws `storage.in-use` if another cell has taken one of these. */
  require(): Promise<void>;
  /**
   * ms from the start of a successful `require` within which no other cell gets one of these leases because
   * this one is unreachable. Another cell may get it sooner if the database ends a connection on its own;
   * then only the tokens protect.
   */
  readonly lasts: number;
  /** Lets go of a lease whose task has nothing under way. */
  letGo(task: Leased): Promise<void>;
  /** Counts the living cells, including this one. */
  living(): Promise<number>;
  /** Lets go of all leases. */
  release(): Promise<void>;
  /** Publishes the state of this cell's tasks to fronts. */
  tell(standings: ReadonlyMap<Leased, TaskStatus>): Promise<void>;
  /** Returns the locations of all tasks. */
  places(): Promise<readonly TaskPlace[]>;
  /**
   * Returns the secret with which fronts sign tickets and cells check them, 32 bytes; shared by all
   * processes of a database.
   */
  ticketKey(): Promise<Uint8Array>;
}

import type { AssignmentId, DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment, RoundEnd } from '@murmuration/protocol/messages/round';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { ArmQuery, AskedArm } from '@murmuration/protocol/queries/query';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Aggregate } from '../aggregation/aggregate.ts';
import type { CoordinatorEvents } from '../events/events.ts';
import type { Moments } from '../events/moments.ts';
import type { Unmasker } from '../masking/unmasker.ts';
import type { Conduct } from '../population/conduct.ts';
import type { Candidates, WaitingPool } from '../population/waiting-pool.ts';
import type { PrivacyBudgets } from '../privacy/budgets.ts';
import type { Head, History } from '../registry/ports.ts';
import type { Base } from '../round/base.ts';
import type { Member } from '../round/cohort.ts';
import type { PartResult, PartStore } from '../round/parts.ts';
import type { RoundRecord } from '../round/record.ts';
import type { RoundTerms } from '../round/round.ts';
import type { DrawnMember, RoundStore } from '../round/store.ts';
import type { TrafficCount } from './traffic.ts';

/**
 * Channel to the devices of a cohort. A message to a disconnected device is dropped: the round repeats it
 * when the device is back. The end of a round is also told then.
 */
export interface CohortChannel {
  isConnected(device: DeviceId): boolean;
  assign(device: DeviceId, assignment: Assignment): void;
  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void;
  end(device: DeviceId, end: RoundEnd): void;
}

/**
 * Makes the next version from what a round gathered; its files are stored, its row is not. `signal` is
 * aborted when it is no longer wanted; the updates of `contributors` are in the aggregate.
 */
export type MakeVersion = (
  terms: RoundTerms,
  aggregate: Aggregate,
  contributors: readonly DeviceId[],
  signal: AbortSignal,
) => Promise<Head>;

/** Training runs of a task whose rounds run only in such runs. */
export interface RunGate {
  /** Id of the open run; undefined if there is none, and so no round begins. */
  readonly openRun: string | undefined;
  /** Counts a finished round; returns once the next one may begin or not. */
  ended(record: RoundRecord): Promise<void>;
  /** Handles a privacy budget that has nothing left for another round. */
  spent(): Promise<void>;
}

/** Connections between the buffers of an asynchronous task. */
export interface BufferPorts {
  /** True if assignments are made now. */
  readonly admits: () => boolean;
  /**
   * Returns the version that assignments start from now, and the buffer in which their updates are not stale.
   */
  readonly base: () => Pick<Base, 'model' | 'due'>;
  /**
   * Sends the device of an assignment a message, once, after the answer to its upload: an earlier message
   * would break the upload off.
   */
  readonly soon: (assignment: AssignmentId, tell: () => void) => void;
  /**
   * Begins the buffer after one that closes, with the open assignments. It is stored once `summed` resolves:
   * then the sum of the one before is durable, and no update counts in both.
   */
  readonly carry: (from: RoundId, open: readonly DrawnMember[], summed: Promise<void>) => Carried;
}

/** Result of handing over the open assignments of a buffer that closed. */
export interface Carried {
  /** Resolves once the next buffer is durable. */
  readonly begun: Promise<void>;
  /** Members that are no longer needed. */
  readonly released: readonly Member[];
}

/** Maker of a task's versions from the coordinator's own examples. */
export interface CentralStage {
  /** True if devices never train. */
  readonly isWhole: boolean;
  /** True if the version after the newest one, which has this number, is made here. */
  makes(newest: number): boolean;
  /**
   * Makes the next version; its files are stored, its row is not. Throws the reason of `signal` once that is
   * aborted.
   */
  make(
    terms: { readonly round: RoundId; readonly number: number; readonly run: string | undefined },
    signal: AbortSignal,
  ): Promise<Head>;
}

/** Experiments of a task about whose arms devices are asked. */
export interface ArmsPort {
  /** True if an experiment is measured by a query of this name now. */
  isAsking(query: string): boolean;
  /** Returns the arm to ask next, for which at least `least` devices wait; undefined if there is none. */
  next(query: ArmQuery, least: number): AskedArm | undefined;
  /** Returns the labels under which a device waits that would answer these queries. */
  labels(device: DeviceId, answers?: readonly string[]): readonly string[];
  /** Notes that the answers of these devices about an arm are in a stored sum. */
  answered(arm: AskedArm, devices: readonly DeviceId[]): void;
}

/** Connections between the cells of one database for rounds that are spread over them. */
export interface SpreadPorts {
  readonly parts: PartStore;
  /** Returns the part, from 1 to `count`, that a device always has in the rounds of a task. */
  readonly partOf: (task: TaskName, device: DeviceId, count: number) => number;
}

/** Stores the result of a part of a spread round, in place of the history. Throws `storage.*`. */
export type EndPart = (result: PartResult, sum?: Uint8Array) => Promise<void>;

export interface DriverPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly primitives: Primitives;
  readonly unmasker: Unmasker;
  readonly pool: Candidates;
  readonly channel: CohortChannel;
  readonly history: History;
  /** Storage of rounds under way; undefined if they end with this process. */
  readonly store: RoundStore | undefined;
  readonly makeVersion: MakeVersion;
  readonly privacy: PrivacyBudgets;
  /** Returns the version that an operator has chosen for devices to serve, if there is one. */
  readonly named: () => ModelHash | undefined;
  /**
   * Returns the versions that devices may serve, those in use first: queries of outcomes tell these apart.
   */
  readonly versions: () => Promise<readonly ModelHash[]>;
  /** Left out if there are no experiments. */
  readonly arms?: ArmsPort | undefined;
  /**
   * Returns the 1 to 4 versions that devices evaluate: first the one rounds train from, then those that
   * devices serve, that the gate examines, and the newest.
   */
  readonly inUse: () => Promise<readonly ModelHash[]>;
  readonly traffic: () => TrafficCount;
  /** Returns the ms after which a device of the cohort is to check in again. */
  readonly comeBackAfter: (device: DeviceId) => number;
  /** Tells devices that were sent away that they may come back sooner. */
  readonly recall: () => void;
  readonly enrolled: () => number;
  /** Left out of tasks whose rounds run all the time. */
  readonly runs?: RunGate | undefined;
  /** Set in an asynchronous task. */
  readonly buffers?: BufferPorts | undefined;
  /** Set at a cell; elsewhere each round is whole. */
  readonly spread?: SpreadPorts | undefined;
  /** Set only in a part of a spread round. */
  readonly endPart?: EndPart | undefined;
  /** Left out of tasks that only devices train. */
  readonly central?: CentralStage | undefined;
  readonly moments: Pick<
    Moments,
    'versionStored' | 'roundEnded' | 'roundNotBegun' | 'convicted' | 'settingsChanged'
  >;
  /** Observer of the devices' conduct in a round. */
  readonly conduct: Pick<Conduct, 'follow' | 'spoil'>;
  readonly events: CoordinatorEvents;
}

/** Dependencies of a task's rounds: a round of a query chooses among the devices that would answer it. */
export type TaskRoundsPorts = DriverPorts & {
  readonly pool: Pick<WaitingPool, 'size' | 'all' | 'devices' | 'remove' | 'draw' | 'answering' | 'heldFrom'>;
};

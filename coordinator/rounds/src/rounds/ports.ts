import type { AssignmentId, DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
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

/** What a device is given at the beginning of a phase of masking. */
export type MaskingEvent = 'roster' | 'bundle' | 'survivors' | 'agreed';

/**
 * The way to the devices of a cohort. What is sent to a device without a connection is dropped, since the round tells it again when it is
 * back; the end of a round is told then.
 */
export interface CohortChannel {
  isConnected(device: DeviceId): boolean;
  assign(device: DeviceId, assignment: Assignment): void;
  feed(device: DeviceId, event: MaskingEvent, input: MaskingInput): void;
  end(device: DeviceId, end: RoundEnd): void;
}

/**
 * Makes the next version from what a round gathered; its files are stored, its row is not yet. `signal` is aborted when it is no
 * longer wanted; `contributors` are those whose updates are in the aggregate.
 */
export type MakeVersion = (
  terms: RoundTerms,
  aggregate: Aggregate,
  contributors: readonly DeviceId[],
  signal: AbortSignal,
) => Promise<Head>;

/** The training runs of a task whose rounds run in such runs alone. */
export interface RunGate {
  /** Id of the run that is open; undefined: no round begins. */
  readonly openRun: string | undefined;
  /** A round is over: returns once it counts, so that the next one may begin or not. */
  ended(record: RoundRecord): Promise<void>;
  /** The privacy budget has nothing left for another round. */
  spent(): Promise<void>;
}

/** What the buffers of an asynchronous task need of each other. */
export interface BufferPorts {
  /** Whether assignments are made now. */
  readonly admits: () => boolean;
  /** The version that assignments start from now, and the buffer in which their updates are not stale. */
  readonly base: () => Pick<Base, 'model' | 'due'>;
  /** Tells the device of an assignment something, once, when the answer to its upload is out: what overtook that would break it off. */
  readonly soon: (assignment: AssignmentId, tell: () => void) => void;
  /**
   * Begins the buffer after one that closes, with the assignments that were open. It is written down once `summed` resolves: then the sum of
   * the one before is durable, and nothing counts in both.
   */
  readonly carry: (from: RoundId, open: readonly DrawnMember[], summed: Promise<void>) => Carried;
}

/** What became of the assignments that were open when a buffer closed. */
export interface Carried {
  /** Resolves once the next buffer is durable. */
  readonly begun: Promise<void>;
  /** Those of whom nothing is wanted any more. */
  readonly released: readonly Member[];
}

/** What makes versions of a task on the coordinator's own examples. */
export interface CentralStage {
  /** Whether devices never train. */
  readonly isWhole: boolean;
  /** Whether the version after that of this number, the newest one, is made here. */
  makes(newest: number): boolean;
  /** The next version; its files are stored, its row is not yet. Throws the reason of `signal` once that is aborted. */
  make(
    terms: { readonly round: RoundId; readonly number: number; readonly run: string | undefined },
    signal: AbortSignal,
  ): Promise<Head>;
}

/** The experiments of a task about whose arms devices are asked. */
export interface ArmsPort {
  /** Whether one is measured by a query of this name now. */
  isAsking(query: string): boolean;
  /** The arm to ask next, of which as many devices as `least` wait to be asked; undefined: none. */
  next(query: ArmQuery, least: number): AskedArm | undefined;
  /** By what names a device waits that would answer these queries. */
  labels(device: DeviceId, answers?: readonly string[]): readonly string[];
  /** What these devices say of an arm is in a sum that is kept. */
  answered(arm: AskedArm, devices: readonly DeviceId[]): void;
}

/** What the cells of one database need of each other for rounds that are spread over them. */
export interface SpreadPorts {
  readonly parts: PartStore;
  /** The part of so many, from 1, that a device has in the rounds of a task: always the same. */
  readonly partOf: (task: TaskName, device: DeviceId, count: number) => number;
}

/** Where a part of a spread round leaves what came of it, in place of the history. Throws `storage.*`. */
export type EndPart = (result: PartResult, sum?: Uint8Array) => Promise<void>;

/** What a round works with. */
export interface DriverPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly primitives: Primitives;
  readonly unmasker: Unmasker;
  readonly pool: Candidates;
  readonly channel: CohortChannel;
  readonly history: History;
  /** Where rounds under way are kept; undefined: nothing of them outlives this process. */
  readonly store: RoundStore | undefined;
  readonly makeVersion: MakeVersion;
  readonly privacy: PrivacyBudgets;
  /** The version that an operator has named for devices to serve, if one is. */
  readonly named: () => ModelHash | undefined;
  /** Versions of the task that devices may serve, those in use first: what queries of outcomes tell apart. */
  readonly versions: () => Promise<readonly ModelHash[]>;
  /** Left out where there are no experiments. */
  readonly arms?: ArmsPort | undefined;
  /** The versions that devices evaluate, 1 to 4: what rounds train from first, then what they serve, what the gate looks at, the newest. */
  readonly inUse: () => Promise<readonly ModelHash[]>;
  readonly traffic: () => TrafficCount;
  /** ms after which a device of the cohort is to check in again. */
  readonly comeBackAfter: (device: DeviceId) => number;
  /** Tells devices that were sent away that they may come back sooner. */
  readonly recall: () => void;
  /** Devices that are enrolled. */
  readonly enrolled: () => number;
  /** Left out of tasks whose rounds run all the time. */
  readonly runs?: RunGate | undefined;
  /** Of an asynchronous task. */
  readonly buffers?: BufferPorts | undefined;
  /** Of a cell; elsewhere each round is whole. */
  readonly spread?: SpreadPorts | undefined;
  /** Of a part of a spread round alone. */
  readonly endPart?: EndPart | undefined;
  /** Left out of tasks that devices alone train. */
  readonly central?: CentralStage | undefined;
  readonly moments: Pick<
    Moments,
    'versionStored' | 'roundEnded' | 'roundNotBegun' | 'convicted' | 'settingsChanged'
  >;
  /** Hears how devices behave in a round. */
  readonly conduct: Pick<Conduct, 'follow' | 'spoil'>;
  readonly events: CoordinatorEvents;
}

/** What the rounds of a task work with: a round of a query chooses among those who would answer it. */
export type TaskRoundsPorts = DriverPorts & {
  readonly pool: Pick<WaitingPool, 'size' | 'all' | 'devices' | 'remove' | 'draw' | 'answering' | 'heldFrom'>;
};

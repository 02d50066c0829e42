import type { AssignmentId, DeviceId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { UploadReceipt } from '@murmuration/protocol/messages/round';
import type { Device } from '../population/device.ts';
import type { RoundRecord } from '../round/record.ts';
import type { RoundEnder, RoundTerms, SeenState } from '../round/round.ts';
import type { PhaseRecord } from '../round/timeline.ts';
import type { MaskingEntry } from './masked-part.ts';

/** Runs from the terms of a round to its record: the port that every kind of round has. */
export interface Lifetime {
  readonly terms: RoundTerms;
  readonly state: SeenState;
  /** The phases so far, the one under way last. */
  readonly phases: readonly PhaseRecord[];
  /** The versions from which its assignments start. */
  readonly bases: readonly ModelHash[];
  /** Resolves once the round is durable. */
  readonly begun: Promise<void>;
  /** Resolves when the round is over and its record is kept; with undefined where it was suspended before. */
  readonly ended: Promise<RoundRecord | undefined>;
  /** The round as its devices see it; undefined where they are with other cells. */
  readonly here: RoundUnderWay | undefined;
  /** Ends the round as failed, unless its version is being stored already; `endedBy`: on purpose. */
  abort(reason: string, endedBy?: RoundEnder): void;
  /**
   * Lets go of the round, so that another object may go on with what is durable: nothing more is taken, sent or written.
   * Returns once no write is under way.
   */
  suspend(): Promise<void>;
}

/** Takes the updates of a round. */
export interface UpdateIntake {
  /** Bytes of an update of this round. */
  readonly updateLength: number;
  /** Whose assignment it is. Throws `assignment.unknown` or `assignment.token` where the token isn't that of an assignment of this round. */
  authenticate(assignment: AssignmentId, token: Uint8Array): DeviceId;
  /** Refuses an update whose device has not signed who dealt, before its bytes are read. Throws `update.unsigned`. */
  requireSigned(assignment: AssignmentId, signature: Uint8Array | undefined): void;
  /**
   * Counts an update, once, of whoever has shown the token of its assignment: the same bytes again get the same receipt. A masked one
   * needs the `signature` of its device. Resolves when it is durable. Throws `round.closed`, `assignment.*` or `update.*`, and what is refused leaves the sum as it was; or
   * `storage.*` or `server.stopping`, and then the same bytes are to be sent again.
   */
  accept(assignment: AssignmentId, bytes: Uint8Array, signature?: Uint8Array): Promise<UploadReceipt>;
}

/** Takes the messages by which devices set up their masks and take them off. */
export interface MaskingMessages {
  /**
   * Takes a message of secure aggregation, once; the same bytes again change nothing. Resolves when it is durable. Throws
   * `round.closed`, `round.repeated`, `assignment.*`, `secagg.*` or `crypto.low-order`; or `storage.*` or `server.stopping`, and
   * then the same bytes are to be sent again.
   */
  contribute(
    device: Pick<Device, 'id' | 'publicKey' | 'certificate'>,
    assignment: AssignmentId,
    type: MaskingEntry['type'],
    message: Uint8Array,
  ): Promise<void>;
}

/** Follows the devices of a round as they come and go. */
export interface Attendance {
  /** True where an assignment is of this round, and its device knows it by that id. */
  holds(round: RoundId, assignment: AssignmentId): boolean;
  /** True where a device has a part in this round, which is not over. */
  involves(device: DeviceId): boolean;
  /**
   * A device gives up its part, for the `reason` that it says; resolves when that is durable. Throws `assignment.unknown` for one that is not its own, and
   * `storage.*` or `server.stopping`.
   */
  leave(device: DeviceId, assignment: AssignmentId, reason?: string): Promise<void>;
  /** Takes its part from a device, if it has one; an update that it has sent counts. Resolves and throws as `leave`. */
  drop(device: DeviceId): Promise<void>;
  /** The connection of a device is gone. */
  away(device: DeviceId): void;
  /** As `Messenger.back`. */
  back(device: DeviceId): void;
  /** Those who wait for an assignment are others. */
  poolChanged(): void;
  /** As `BufferedPart.due`, of a buffer. */
  due(time: number): void;
  /** As `BufferedPart.succeeded`, of a buffer. */
  succeeded(): void;
}

/** A round whose devices are connected here. */
export interface RoundUnderWay extends Lifetime, UpdateIntake, MaskingMessages, Attendance {}

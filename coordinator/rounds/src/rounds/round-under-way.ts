import type { AssignmentId, DeviceId, ModelHash, RoundId } from '@murmuration/protocol/ids/ids';
import type { UploadReceipt } from '@murmuration/protocol/messages/round';
import type { Device } from '../population/device.ts';
import type { RoundRecord } from '../round/record.ts';
import type { RoundEnder, RoundTerms, SeenState } from '../round/round.ts';
import type { PhaseRecord } from '../round/timeline.ts';
import type { MaskingEntry } from './masked-part.ts';

/** Course from the terms of a round to its record: the port that every kind of round has. */
export interface Lifetime {
  readonly terms: RoundTerms;
  readonly state: SeenState;
  /** Phases so far; the current one is the last. */
  readonly phases: readonly PhaseRecord[];
  /** Versions from which its assignments start. */
  readonly bases: readonly ModelHash[];
  /** Resolves once the round is durable. */
  readonly begun: Promise<void>;
  /** Resolves when the round is over and its record is stored; with undefined if it was suspended before. */
  readonly ended: Promise<RoundRecord | undefined>;
  /** Round in the view of its devices; undefined if they are with other cells. */
  readonly here: RoundUnderWay | undefined;
  /** Ends the round as failed, unless its version is already being stored; `endedBy` means on purpose. */
  abort(reason: string, endedBy?: RoundEnder): void;
  /**
   * Lets go of the round, so that another object may go on with what is durable: nothing more is taken, sent
   * or written. Returns once no write is under way.
   */
  suspend(): Promise<void>;
}

/** Intake of a round's updates. */
export interface UpdateIntake {
  /** Bytes of an update of this round. */
  readonly updateLength: number;
  /**
   * Returns the owner of an assignment. Throws `assignment.unknown` or `assignment.token` if the token isn't
   * that of an assignment of this round.
   */
  authenticate(assignment: AssignmentId, token: Uint8Array): DeviceId;
  /**
   * Refuses an update before its bytes are read if its device has not signed who dealt. Throws
   * `update.unsigned`.
   */
  requireSigned(assignment: AssignmentId, signature: Uint8Array | undefined): void;
  /**
   * Counts an update, once, from a device that has shown the token of its assignment: the same bytes again
   * get the same receipt. A masked update needs the `signature` of its device. Resolves when it is durable.
   * Throws `round.closed`, `assignment.*` or `update.*`, and then leaves the sum as it was; or `storage.*` or
   * `server.stopping`, and then the device is to send the same bytes again.
   */
  accept(assignment: AssignmentId, bytes: Uint8Array, signature?: Uint8Array): Promise<UploadReceipt>;
}

/** Intake of the messages by which devices set up and remove their masks. */
export interface MaskingMessages {
  /**
   * Takes a message of secure aggregation, once; the same bytes again change nothing. Resolves when it is
   * durable. Throws `round.closed`, `round.repeated`, `assignment.*`, `secagg.*` or `crypto.low-order`; or
   * `storage.*` or `server.stopping`, and then the device is to send the same bytes again.
   */
  contribute(
    device: Pick<Device, 'id' | 'publicKey' | 'certificate'>,
    assignment: AssignmentId,
    type: MaskingEntry['type'],
    message: Uint8Array,
  ): Promise<void>;
}

/** Presence of the devices of a round, as they come and go. */
export interface Attendance {
  /** True if an assignment is of this round, and its device knows it by that id. */
  holds(round: RoundId, assignment: AssignmentId): boolean;
  /** True if a device has a part in this round, which is not over. */
  involves(device: DeviceId): boolean;
  /**
   * Takes a device out of the round, for the `reason` that it gives; resolves when that is durable. Throws
   * `assignment.unknown` for an assignment that is not its own, and `storage.*` or `server.stopping`.
   */
  leave(device: DeviceId, assignment: AssignmentId, reason?: string): Promise<void>;
  /**
   * Takes its part from a device, if it has one; an update that it has sent counts. Resolves and throws as
   * `leave`.
   */
  drop(device: DeviceId): Promise<void>;
  away(device: DeviceId): void;
  /** Handles a device that is back, as `Messenger.back`. */
  back(device: DeviceId): void;
  /** Notes that the waiting devices have changed. */
  poolChanged(): void;
  due(time: number): void;
  /** Calls `BufferedPart.succeeded` of a buffer. */
  succeeded(): void;
}

/** Round whose devices are connected here. */
export interface RoundUnderWay extends Lifetime, UpdateIntake, MaskingMessages, Attendance {}

import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { CollectingState } from '../round/round.ts';
import type { DrawnMember } from '../round/store.ts';

interface Claim {
  readonly device: DeviceId;
  /** Round that the device knows, if it is another: an asynchronous task carries assignments over. */
  readonly round: RoundId | undefined;
  readonly token: Uint8Array;
  /** SHA-256 of the message taken in each phase, which tells a repeated message from a different one. */
  readonly taken: Map<CollectingState['phase'], Uint8Array>;
}

/** Assignments of a round beyond their standings: owners, secrets, and the messages taken. */
export class Claims {
  readonly #claims = new Map<AssignmentId, Claim>();
  readonly #assignments = new Map<DeviceId, AssignmentId>();

  admit({ device, assignment, token, base }: DrawnMember): void {
    this.#claims.set(assignment, { device, token, round: base?.round, taken: new Map() });
    this.#assignments.set(device, assignment);
  }

  /** Devices that hear how the round ends, each with its assignment. */
  get members(): Iterable<readonly [DeviceId, AssignmentId]> {
    return this.#assignments;
  }

  has(assignment: AssignmentId): boolean {
    return this.#claims.has(assignment);
  }

  /** Returns the round that the device of an assignment knows, if it isn't the current one. */
  roundOf(assignment: AssignmentId): RoundId | undefined {
    return this.#claims.get(assignment)?.round;
  }

  /** Removes an assignment, which now belongs to another round. */
  forget({ device, assignment }: Pick<DrawnMember, 'device' | 'assignment'>): void {
    this.#claims.delete(assignment);
    if (this.#assignments.get(device) === assignment) this.#assignments.delete(device);
  }

  /** Returns the assignment of a device; undefined if it has none, or was released. */
  of(device: DeviceId): AssignmentId | undefined {
    return this.#assignments.get(device);
  }

  /** Releases a device, which has heard that its part is over. */
  release(device: DeviceId): void {
    this.#assignments.delete(device);
  }

  /** Returns the owner of an assignment; undefined for one that is not of the round. */
  deviceOf(assignment: AssignmentId): DeviceId | undefined {
    return this.#claims.get(assignment)?.device;
  }

  /**
   * Throws `round.closed` for the assignment of a device that was released, and `assignment.unknown` for one
   * that is not the device's.
   */
  requireOwner(device: DeviceId, assignment: AssignmentId): void {
    if (this.#assignments.get(device) === assignment) return;
    // Its message crossed ours that its part is over: nothing is wrong.
    if (this.deviceOf(assignment) === device)
      throw new MurmurationError('round.closed', 'The round has let this device go.');
    throw new MurmurationError('assignment.unknown');
  }

  /**
   * Returns the owner of an assignment. Throws `assignment.unknown` or `assignment.token` if the token isn't
   * that of an assignment of the round.
   */
  authenticate(assignment: AssignmentId, token: Uint8Array): DeviceId {
    const claim = this.#claim(assignment);
    if (!equalBytes(claim.token, token)) throw new MurmurationError('assignment.token');
    return claim.device;
  }

  /** Throws `assignment.unknown`. */
  token(assignment: AssignmentId): Uint8Array {
    return this.#claim(assignment).token;
  }

  /**
   * True if the message with this digest was already taken in the phase. Throws `assignment.unknown`, or
   * `repeated` if a different one was taken.
   */
  hasTaken(
    assignment: AssignmentId,
    phase: CollectingState['phase'],
    digest: Uint8Array,
    repeated: 'update.repeated' | 'round.repeated',
  ): boolean {
    const before = this.#claim(assignment).taken.get(phase);
    if (before && !equalBytes(before, digest)) throw new MurmurationError(repeated);
    return before !== undefined;
  }

  take(assignment: AssignmentId, phase: CollectingState['phase'], digest: Uint8Array): void {
    this.#claim(assignment).taken.set(phase, digest);
  }

  #claim(assignment: AssignmentId): Claim {
    const claim = this.#claims.get(assignment);
    if (!claim) throw new MurmurationError('assignment.unknown');
    return claim;
  }
}

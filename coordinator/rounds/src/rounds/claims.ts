import { equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { CollectingState } from '../round/round.ts';
import type { DrawnMember } from '../round/store.ts';

interface Claim {
  readonly device: DeviceId;
  /** The round that the device knows, where that is another: an asynchronous task carries assignments over. */
  readonly round: RoundId | undefined;
  readonly token: Uint8Array;
  /** SHA-256 of what was taken in each phase, so that the same again is told from something else. */
  readonly taken: Map<CollectingState['phase'], Uint8Array>;
}

/** What a round knows of its assignments beyond their standings: whose they are, their secrets, what was taken of each. */
export class Claims {
  readonly #claims = new Map<AssignmentId, Claim>();
  readonly #assignments = new Map<DeviceId, AssignmentId>();

  admit({ device, assignment, token, base }: DrawnMember): void {
    this.#claims.set(assignment, { device, token, round: base?.round, taken: new Map() });
    this.#assignments.set(device, assignment);
  }

  /** The devices that are told how the round ends, each with its assignment. */
  get members(): Iterable<readonly [DeviceId, AssignmentId]> {
    return this.#assignments;
  }

  /** Whether an assignment is of the round. */
  has(assignment: AssignmentId): boolean {
    return this.#claims.has(assignment);
  }

  /** The round that the device of an assignment knows, where that is not the one which it is in now. */
  roundOf(assignment: AssignmentId): RoundId | undefined {
    return this.#claims.get(assignment)?.round;
  }

  /** Another round has the assignment from now on. */
  forget({ device, assignment }: Pick<DrawnMember, 'device' | 'assignment'>): void {
    this.#claims.delete(assignment);
    if (this.#assignments.get(device) === assignment) this.#assignments.delete(device);
  }

  /** The assignment of a device; undefined for a stranger, and once the device was released. */
  of(device: DeviceId): AssignmentId | undefined {
    return this.#assignments.get(device);
  }

  /** The device has heard that its part is over. */
  release(device: DeviceId): void {
    this.#assignments.delete(device);
  }

  /** Whose assignment it is; undefined for one that is not of the round. */
  deviceOf(assignment: AssignmentId): DeviceId | undefined {
    return this.#claims.get(assignment)?.device;
  }

  /** Throws `round.closed` for the assignment of a device that was released, and `assignment.unknown` for one that is not the device's. */
  requireOwner(device: DeviceId, assignment: AssignmentId): void {
    if (this.#assignments.get(device) === assignment) return;
    // What it sent crossed the message that its part is over: nothing is wrong.
    if (this.deviceOf(assignment) === device)
      throw new MurmurationError('round.closed', 'The round has let this device go.');
    throw new MurmurationError('assignment.unknown');
  }

  /** Whose assignment it is. Throws `assignment.unknown` or `assignment.token` where the token isn't that of an assignment of the round. */
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
   * Whether the message with this digest was taken in the phase before. Throws `assignment.unknown`, or `repeated` where another
   * one was.
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

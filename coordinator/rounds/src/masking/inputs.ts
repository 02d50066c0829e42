import type { AssignmentId } from '@murmuration/protocol/ids/ids';

/**
 * What each device is given at the beginning of a phase of masking, written when it is sent: those of ten thousand devices
 * would take 300 MB together, and seconds at once.
 */
export class Inputs {
  readonly #members: ReadonlySet<AssignmentId>;
  readonly #write: (assignment: AssignmentId) => Uint8Array;

  /** `write` gives the same bytes every time. */
  constructor(members: Iterable<AssignmentId>, write: (assignment: AssignmentId) => Uint8Array) {
    this.#members = new Set(members);
    this.#write = write;
  }

  has(assignment: AssignmentId): boolean {
    return this.#members.has(assignment);
  }

  /** Undefined for a device that gets nothing. */
  get(assignment: AssignmentId): Uint8Array | undefined {
    return this.#members.has(assignment) ? this.#write(assignment) : undefined;
  }
}

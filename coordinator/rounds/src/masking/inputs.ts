import type { AssignmentId } from '@murmuration/protocol/ids/ids';

/**
 * Inputs of devices at the beginning of a masking phase, written when they are sent: those of ten thousand
 * devices would take 300 MB together, and seconds at once.
 */
export class MaskingInputs {
  readonly #members: ReadonlySet<AssignmentId>;
  readonly #write: (assignment: AssignmentId) => Uint8Array;

  /** Calls `write` for each input; it must return the same bytes every time. */
  constructor(members: Iterable<AssignmentId>, write: (assignment: AssignmentId) => Uint8Array) {
    this.#members = new Set(members);
    this.#write = write;
  }

  has(assignment: AssignmentId): boolean {
    return this.#members.has(assignment);
  }

  /** Returns undefined for a device that gets nothing. */
  get(assignment: AssignmentId): Uint8Array | undefined {
    return this.#members.has(assignment) ? this.#write(assignment) : undefined;
  }
}

import type { AssignmentId } from '@murmuration/protocol/ids/ids';
import type { RoundContext } from '@murmuration/protocol/secagg/context';
import { type DeviceKeys, readKeys, TakenKeys } from '@murmuration/protocol/secagg/keys';

/** Device in the view of its peers. */
export interface KeyOwner {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The enrolment authority's signature over the key, 64 bytes, if there is one. */
  readonly certificate: Uint8Array | null | undefined;
}

/** Keys of a whole cohort: no two devices have the same ones, in whatever groups they are. */
export class CohortKeys {
  readonly #context: RoundContext;
  readonly #taken = new TakenKeys();
  readonly #keys = new Map<AssignmentId, DeviceKeys>();

  constructor(context: RoundContext) {
    this.#context = context;
  }

  /** Throws `secagg.keys` or `crypto.low-order`. */
  take(assignment: AssignmentId, { publicKey, certificate }: KeyOwner, message: Uint8Array): void {
    const keys = readKeys(this.#context, publicKey, message, certificate ?? undefined);
    this.#taken.take(keys);
    this.#keys.set(assignment, keys);
  }

  of(assignment: AssignmentId): DeviceKeys {
    return this.#keys.get(assignment)!;
  }
}

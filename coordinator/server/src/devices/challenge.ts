import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Milliseconds within which a challenge must be answered. */
const window = 10_000;

/**
 * Nonce that a device signs to prove its identity; it is valid for a short time, for one enrolment and one
 * hello.
 */
export class OpenChallenge {
  /** Random bytes (32) to sign. */
  readonly nonce: Uint8Array;
  readonly #until: number;
  readonly #taken = new Set<'enrol' | 'hello'>();

  /** `now` in ms since 1970. */
  constructor(nonce: Uint8Array, now: number) {
    this.nonce = nonce;
    this.#until = now + window;
  }

  /**
   * Runs `work`, which a signature of the nonce allows; a second run is allowed only if the first failed.
   * Throws `device.challenge-expired`, or what `work` throws.
   */
  async answer<Result>(
    purpose: 'enrol' | 'hello',
    now: number,
    work: (nonce: Uint8Array) => Promise<Result>,
  ): Promise<Result> {
    if (now >= this.#until) throw new MurmurationError('device.challenge-expired');
    if (this.#taken.has(purpose))
      throw new MurmurationError('device.challenge-expired', 'The challenge was answered already.');
    this.#taken.add(purpose);
    try {
      return await work(this.nonce);
    } catch (error) {
      this.#taken.delete(purpose);
      throw error;
    }
  }
}

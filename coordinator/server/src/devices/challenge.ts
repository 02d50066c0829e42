import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** ms within which a challenge is answered. */
const window = 10_000;

/** What a device signs to prove who it is: fresh, for a short time, and good for one enrolment and one hello. */
export class Challenge {
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
  readonly #until: number;
  readonly #taken = new Set<'enrol' | 'hello'>();

  /** `now` in ms since 1970. */
  constructor(nonce: Uint8Array, now: number) {
    this.nonce = nonce;
    this.#until = now + window;
  }

  /**
   * Does what a signature of the nonce allows; a second time only where the first one failed. Throws
   * `device.challenge-expired`, or what `work` throws.
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

import { MurmurationError } from '../errors/errors.ts';

const secretText = '[secret]';

/** Secret bytes that printing, inspecting, JSON and string conversion show as `[secret]`. */
export class Secret {
  readonly #bytes: Uint8Array;
  #erased = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Returns the bytes themselves, not a copy; throws `secagg.erased` once they were erased. */
  expose(): Uint8Array {
    if (this.#erased) throw new MurmurationError('secagg.erased');
    return this.#bytes;
  }

  /** Overwrites the bytes with zeros. */
  erase(): void {
    this.#bytes.fill(0);
    this.#erased = true;
  }

  toString(): string {
    return secretText;
  }

  toJSON(): string {
    return secretText;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return secretText;
  }
}

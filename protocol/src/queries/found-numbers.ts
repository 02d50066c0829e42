import { base64url } from '../encoding/bytes.ts';
import { readVarint, varint } from '../encoding/varint.ts';
import { MurmurationError } from '../errors/errors.ts';

/** Numbers that at least the threshold of devices have. */
export interface FoundNumbers {
  readonly kind: 'numbers';
  /** Count of these numbers. */
  readonly found: number;
  /**
   * Base64url of LEB128 numbers: for each number in rising order, how many are left out before it, and how
   * many devices have it (`readNumbers`).
   */
  readonly devices: string;
}

/** Numbers whose sum is at least the threshold. */
export function numbersOf(sum: Int32Array, threshold: number): FoundNumbers {
  const bytes: number[] = [];
  let found = 0;
  let next = 0;
  for (const [number, devices] of sum.entries()) {
    if (devices < threshold) continue;
    varint(number - next, bytes);
    varint(devices, bytes);
    next = number + 1;
    found++;
  }
  return { kind: 'numbers', found, devices: base64url(Uint8Array.from(bytes)) };
}

/** Map from each found number to its devices. Throws `request.invalid` for a malformed result. */
export function readNumbers({
  found,
  devices,
}: Pick<FoundNumbers, 'found' | 'devices'>): Map<number, number> {
  const refuse = (why: string) => new MurmurationError('request.invalid', `The numbers of a query: ${why}`);
  const bytes = fromBase64url(devices, refuse);
  const next = readVarint(bytes, 0, refuse);
  const read = new Map<number, number>();
  for (let number = -1; !next.isOver(); ) {
    number += 1 + next.value();
    read.set(number, next.value());
  }
  if (read.size !== found) throw refuse(`There are ${read.size}, not ${found}.`);
  return read;
}

/** Decodes base64url; throws the error of `refuse`. */
export function fromBase64url(text: string, refuse: (why: string) => Error): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), character =>
      character.charCodeAt(0),
    );
  } catch {
    throw refuse('They are not in base64url.');
  }
}

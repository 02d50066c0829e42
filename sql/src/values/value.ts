/** Value of a column or a parameter. */
export type Value = null | number | string | Uint8Array;

export type Row = Readonly<Record<string, Value>>;

/** Returns a parameter that either database stores unchanged; throws `TypeError` for any other. */
export function requireValue(value: unknown): Value {
  switch (typeof value) {
    case 'string':
      if (/\0|\p{Surrogate}/u.test(value))
        throw new TypeError('A database stores no text with NUL or half a surrogate pair.');
      return value;
    case 'number':
      if (Number.isNaN(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
        throw new TypeError(`A database stores no NaN, nor integers beyond 2^53; this is ${value}.`);
      return value;
    default:
      if (value === null) return null;
      // A Buffer is one; other views would be stored by their bytes in memory, whatever their byte order.
      if (value instanceof Uint8Array) return value;
      throw new TypeError(`A database stores numbers, text, bytes and null, no ${typeof value}.`);
  }
}

/** Converts a 64-bit integer to a number; throws `RangeError` beyond 2^53, where it would be rounded. */
export function safeInteger(integer: bigint | string): number {
  const number = Number(integer);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${integer} is beyond the integers of a number.`);
  return number;
}

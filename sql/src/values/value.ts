/** What a column holds, or a parameter. */
export type Value = null | number | string | Uint8Array;

export type Row = Readonly<Record<string, Value>>;

/** A parameter that comes back from either database as it went in, or a `TypeError`. */
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

/** A 64-bit integer as a number; throws `RangeError` beyond 2^53, where it would be rounded. */
export function safeInteger(integer: bigint | string): number {
  const number = Number(integer);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${integer} is beyond the integers of a number.`);
  return number;
}

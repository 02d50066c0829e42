import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';

/**
 * Returns the result of `read` for the example at a position; if it throws, throws `data.row`, which names
 * the position.
 */
export function named<Value>(position: number, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const detail = `Example ${position} can't be used: ${messageOf(cause)}`;
    throw new MurmurationError('data.row', detail, { cause });
  }
}

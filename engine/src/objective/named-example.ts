import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';

/** What `read` gives of the example at a position; throws `data.row`, which names that, where it throws. */
export function named<Value>(position: number, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    const detail = `Example ${position} can't be used: ${messageOf(cause)}`;
    throw new MurmurationError('data.row', detail, { cause });
  }
}

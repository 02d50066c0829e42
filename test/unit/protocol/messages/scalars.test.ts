import {
  bytes,
  bytesUpTo,
  duration,
  positive,
  text,
  time,
  whole,
} from '@murmuration/protocol/messages/scalars';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';

const mustBe = 'must have neither NUL nor halves of characters';

// biome-ignore format: one schema a line
it.each<[name: string, schema: z.ZodMiniType, taken: readonly unknown[], refused: readonly unknown[], why?: string]>([
  ['bytes', bytes(2), [new Uint8Array(2)], [new Uint8Array(1), new Uint8Array(3), [1, 2], 'ab'], 'expected 2 bytes'],
  ['bytes up to a length', bytesUpTo(2), [new Uint8Array(0), new Uint8Array(2)], [new Uint8Array(3), [1], 'a'], 'expected at most 2 bytes'],
  ['text', text(3), ['', 'abc', 'é你'], ['a\0', '\ud800', '\udc00a'], mustBe],
  ['text up to a length', text(3), ['abc'], ['abcd', 1]],
  ['whole numbers', whole(2, 4), [2, 4], [1, 5, 2.5, '3']],
  ['numbers above 0', positive(4), [1e-9, 4], [0, 4.1, Number.NaN, Infinity]],
  ['times', time, [0, 253_402_300_799_999], [-1, 253_402_300_800_000]],
  ['durations', duration, [0, 31_622_400_000], [-1, 31_622_400_001]],
])('%s of a message', (_, schema, taken, refused, why) => {
  for (const value of taken) expect(z.safeParse(schema, value).success, `${value}`).toBe(true);
  for (const value of refused) {
    const { success, error } = z.safeParse(schema, value);
    expect(success, `${value}`).toBe(false);
    if (why !== undefined) expect(error!.issues[0]!.message).toBe(why);
  }
});

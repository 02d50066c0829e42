import { systemRandom } from '@murmuration/protocol/random/system-random';
import { expect, it } from 'vitest';

it.each([0, 1, 32, 65_536, 65_537, 200_000])('fills %i bytes to their end', length => {
  const bytes = systemRandom(length);
  expect(bytes).toHaveLength(length);
  // Of 1,024 bytes that nothing was written to, none would be other than 0.
  for (let at = 0; at + 1_024 <= length; at += 1_024)
    expect(bytes.subarray(at, at + 1_024).some(byte => byte !== 0)).toBe(true);
  if (length >= 1_024) expect(bytes.subarray(-64).some(byte => byte !== 0)).toBe(true);
});

it('gives other bytes each time', () => {
  expect(systemRandom(32)).not.toEqual(systemRandom(32));
});

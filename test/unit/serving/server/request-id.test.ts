import { requestIds } from '@murmuration/serving/server/request-id';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';

describe('the ids of requests that have none', () => {
  it('are 128 bits of the generator each, none of them twice, over many draws', () => {
    const random = seededRandom(7);
    const newId = requestIds(random);
    const ids = Array.from({ length: 1_000 }, newId);
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    const bytes = seededRandom(7)(4_096);
    expect(ids.slice(0, 256).join('')).toBe(Buffer.from(bytes).toString('hex'));
  });

  it('are those of the generator where it gives a part of a larger buffer', () => {
    const whole = Uint8Array.from({ length: 9_000 }, (_, i) => i & 255);
    const newId = requestIds(length => whole.subarray(5, 5 + length));
    expect(newId()).toBe(Buffer.from(whole.subarray(5, 21)).toString('hex'));
  });
});

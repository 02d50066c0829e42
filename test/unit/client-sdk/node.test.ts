import { nodePlatform } from '@murmuration/client-sdk/node';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { expect, it } from 'vitest';

it('hashes weights natively, as SHA-256 has it (FIPS 180-4, the examples of NIST)', async () => {
  expect(await nodePlatform.contentHash?.(utf8('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

it('tells processor time, which only grows, and memory of the process', async () => {
  const before = nodePlatform.usage!();
  await nodePlatform.contentHash?.(new Uint8Array(1 << 24));
  const after = nodePlatform.usage!();
  expect(before.cpuSeconds).toBeGreaterThan(0);
  expect(after.cpuSeconds).toBeGreaterThan(before.cpuSeconds);
  expect(after.memory).toBeGreaterThan(1 << 20);
});

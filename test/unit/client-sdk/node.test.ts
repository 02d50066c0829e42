import { nodePlatform } from '@murmuration/client-sdk/node';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { expect, it } from 'vitest';

it('hashes weights natively, as SHA-256 has it (FIPS 180-4, the examples of NIST)', async () => {
  expect(await nodePlatform.contentHash?.(utf8('abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

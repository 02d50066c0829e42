import { native } from '@murmuration/protocol/primitives/node';
import { isValid, mintToken, proves, tokenId } from '@murmuration/rounds/tokens/secret-token';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const random = seededRandom(4);

describe('a token', () => {
  it('names its kind and its id, and has 256 bits that the id does not', () => {
    const { text, proof } = mintToken('operator', random, native);
    expect(text).toMatch(/^mmo_[\w-]{59}$/);
    expect(tokenId('operator', text)).toBe(proof.id);
    expect(tokenId('enrolment', text)).toBeUndefined();
    expect(tokenId('operator', `${text} `)).toBeUndefined();
    expect(tokenId('operator', `\n${text}`)).toBeUndefined();
    expect(tokenId('operator', '')).toBeUndefined();
    expect(Buffer.from(text.slice(20), 'base64url')).toHaveLength(32);
    expect(tokenId('enrolment', mintToken('enrolment', random, native).text)).toHaveLength(16);
  });

  it('is proved by its digest, from which it can’t be read', () => {
    const { text, proof } = mintToken('operator', random, native);
    expect(proves(text, proof, native)).toBe(true);
    expect(Buffer.from(proof.digest).toString('latin1')).not.toContain(text.slice(20));
    for (let at = 0; at < text.length; at++) {
      const other = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      expect(proves(other, proof, native)).toBe(false);
    }
    expect(proves(text, undefined, native)).toBe(false);
    expect(proves(text, { ...proof, digest: new Uint8Array(0) }, native)).toBe(false);
  });

  it('counts until it expires or is revoked', () => {
    expect(isValid({ expiresAt: null, revokedAt: null }, Number.MAX_SAFE_INTEGER)).toBe(true);
    expect(isValid({ expiresAt: 5, revokedAt: null }, 4)).toBe(true);
    expect(isValid({ expiresAt: 5, revokedAt: null }, 5)).toBe(false);
    expect(isValid({ expiresAt: null, revokedAt: 9 }, 4)).toBe(false);
  });
});

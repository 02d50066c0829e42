import {
  parseAssignmentId,
  parseDeviceId,
  parseModelHash,
  parseRoundId,
  parseTaskName,
  randomId,
} from '@murmuration/protocol/ids/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';

describe('ID5: identifiers', () => {
  it('are 128 random bits in base64url', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), random => {
        const id = randomId(() => random);
        expect(Buffer.from(id, 'base64url')).toEqual(Buffer.from(random));
        expect(parseRoundId(id)).toBe(id);
      }),
    );
  });

  const good = 'AZaz09-_AZaz09-_AZaz09';

  it.each([
    ['round', parseRoundId],
    ['assignment', parseAssignmentId],
    ['device', parseDeviceId],
  ])('of a %s are 22 characters of base64url', (name, parse) => {
    expect(parse(good)).toBe(good);
    for (const bad of [
      '',
      good.slice(1),
      `${good}A`,
      `${good}\n`,
      good.replace('-', '+'),
      good.replace('A', 'Ä'),
    ]) {
      expect(codeOf(() => parse(bad))).toBe('protocol.id');
      expect(() => parse(bad)).toThrow(name);
    }
  });

  it('of a task are a lower-case letter, then letters, digits and hyphens', () => {
    for (const name of ['a', 'keyboard', 'next-word-2', `a${'b'.repeat(62)}`])
      expect(parseTaskName(name)).toBe(name);
    for (const bad of [
      '',
      'A',
      '2a',
      '-a',
      'a_b',
      'a b',
      'a/b',
      '..',
      '__proto__',
      `a${'b'.repeat(63)}`,
      'a\n',
    ])
      expect(() => parseTaskName(bad)).toThrow(
        'A task name is a lower-case letter, then up to 62 lower-case letters, digits and hyphens. [protocol.id]',
      );
  });

  it('of a model are 64 lower-case hexadecimal digits', () => {
    const hash = '0123456789abcdef'.repeat(4);
    expect(parseModelHash(hash)).toBe(hash);
    for (const bad of ['', hash.slice(1), `${hash}0`, hash.toUpperCase(), hash.replace('a', 'g')])
      expect(() => parseModelHash(bad)).toThrow(
        'A model hash is 64 digits and lower-case letters from a to f. [protocol.id]',
      );
  });
});

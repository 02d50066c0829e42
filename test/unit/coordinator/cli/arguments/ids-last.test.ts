import { idsLast } from '@murmuration/cli/arguments/ids-last';
import { describe, expect, it } from 'vitest';

const isOption = (arg: string) => arg === '--an-option-here';
const token = `-${'a'.repeat(15)}`;
const device = `--${'a'.repeat(20)}`;

describe('arguments', () => {
  it.each([
    [
      ['devices', 'revoke', device, '--json'],
      ['devices', 'revoke', '--json', '--', device],
    ],
    [
      ['tokens', 'revoke', token],
      ['tokens', 'revoke', '--', token],
    ],
    [
      ['tokens', 'revoke', '--', token],
      ['tokens', 'revoke', '--', token],
    ],
    [
      ['x', '--an-option-here', '-c', 'f'],
      ['x', '--an-option-here', '-c', 'f'],
    ],
    [
      ['x', token.slice(1), `${token}a`],
      ['x', token.slice(1), `${token}a`],
    ],
  ])('%j become %j', (args, expected) => {
    expect(idsLast(args, isOption)).toEqual(expected);
  });
});

import { expiry } from '@murmuration/cli/arguments/lifetime';
import { nameOf } from '@murmuration/cli/arguments/name';
import { AdminClient } from '@murmuration/cli/client/admin-client';
import { exitCodeOf } from '@murmuration/cli/output/output';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../codes.ts';

describe('options of commands', () => {
  it('set an end to what is made now', () => {
    expect(expiry(undefined, 1_000)).toBeNull();
    expect(expiry('12 h', 1_000)).toBe(43_201_000);
    expect(expiry('90d', 0)).toBe(90 * 86_400_000);
    for (const wrong of ['', '3', 'tomorrow', '-1 d', '0 s', '2000 d'])
      expect(codeOf(() => expiry(wrong, 0))).toBe('config.invalid');
  });

  it('name tokens in one line', () => {
    expect(nameOf('Zoë’s laptop')).toBe('Zoë’s laptop');
    for (const wrong of ['', ' a', 'a\nb', '\u001b[31m', 'a'.repeat(101)])
      expect(codeOf(() => nameOf(wrong))).toBe('config.invalid');
  });

  it('name a coordinator by its URL, and its operator by a token', () => {
    expect(codeOf(() => new AdminClient({ url: 'nowhere' }, { MURMURATION_TOKEN: 'x' }))).toBe(
      'config.invalid',
    );
    for (const env of [{}, { MURMURATION_TOKEN: '' }])
      expect(codeOf(() => new AdminClient({ url: 'http://127.0.0.1:8800' }, env))).toBe(
        'operator.unauthenticated',
      );
  });
});

describe('exit codes', () => {
  it.each([
    ['operator.unauthenticated', 3],
    ['operator.forbidden', 3],
    ['request.not-found', 4],
    ['task.unknown', 4],
    ['server.unreachable', 5],
    ['config.invalid', 1],
  ] as const)('tell %s by %i', (code, exitCode) => {
    expect(exitCodeOf(new MurmurationError(code))).toBe(exitCode);
  });

  it('are 1 for what nobody expected', () => {
    expect(exitCodeOf(new TypeError('broken'))).toBe(1);
  });
});

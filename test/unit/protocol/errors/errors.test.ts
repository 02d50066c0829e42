import { readFileSync } from 'node:fs';
import {
  type ErrorCode,
  errors,
  isErrorCode,
  isRetryable,
  MurmurationError,
} from '@murmuration/protocol/errors/errors';
import { httpStatusOf, statuses } from '@murmuration/protocol/errors/statuses';
import { describe, expect, it } from 'vitest';
import { readSources } from '../../sources.ts';

const folders = [
  'protocol/src',
  'serving/client/src',
  'sql/src',
  'serving/server/src',
  'engine/src',
  'client-sdk/src',
  'coordinator/lifecycle/src',
  'coordinator/rounds/src',
  'coordinator/server/src',
  'coordinator/storage/src',
  'simulations/demo/src',
  'simulations/simulator/src',
  'simulations/studies/src',
  'simulations/tuning/src',
];

/** In the order of the page, which is that of the statuses. */
const codes = Object.keys(statuses) as ErrorCode[];

describe('the table of errors', () => {
  it('is the one of ERRORS.md, row by row', () => {
    const page = readFileSync(new URL('../../../../protocol/ERRORS.md', import.meta.url), 'utf8');
    const rows = page
      .split('\n')
      .filter(line => line.startsWith('| `'))
      .map(line => line.slice(2, -2).split(' | '));
    expect(rows).toEqual(
      codes.map(code => [
        `\`${code}\``,
        String(statuses[code]),
        isRetryable(code) ? 'yes' : 'no',
        errors[code],
      ]),
    );
  });

  it.each(Object.entries(errors))('%s has a status of HTTP and one sentence', (code, text) => {
    const status = statuses[code as ErrorCode];
    expect(code).toMatch(/^[a-z]+\.[a-z-]+$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(text).toMatch(/^[A-Z].*[.]$/);
    expect(text).not.toContain('|');
  });

  it('has no code that nothing uses', () => {
    const sources = [...readSources(folders)].filter(([path]) => !path.startsWith('protocol/src/errors/'));
    const text = sources.map(([, source]) => source).join('\n');
    expect(Object.keys(errors).filter(code => !text.includes(`'${code}'`))).toEqual([]);
  });
});

describe('an error', () => {
  it('carries its code, what its row says, and what was wrong this time', () => {
    const cause = new Error('inner');
    const error = new MurmurationError('update.norm', 'The norm is 5.', { cause });
    expect(error).toMatchObject({
      name: 'MurmurationError',
      code: 'update.norm',
      detail: 'The norm is 5.',
      message: 'The norm is 5. [update.norm]',
      retryable: false,
      cause,
    });
    expect(httpStatusOf(error)).toBe(422);
    expect(new MurmurationError('round.closed').detail).toBe(errors['round.closed']);
  });

  it('is known by the codes of the table alone', () => {
    expect(isErrorCode('update.norm')).toBe(true);
    for (const other of ['toString', 'constructor', '__proto__', '', 5, null, undefined])
      expect(isErrorCode(other)).toBe(false);
  });
});

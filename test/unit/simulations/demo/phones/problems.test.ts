import { Display } from '@murmuration/demo/demonstration/display';
import { sayProblem } from '@murmuration/demo/phones/problems';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { expect, it } from 'vitest';

function said(...problems: readonly (readonly [phone: number, code: ErrorCode | null, message: string])[]) {
  let text = '';
  const out = { isTTY: false, write: (line: string) => (text += line) } as unknown as NodeJS.WriteStream;
  const display = new Display(out);
  for (const [phone, code, message] of problems) sayProblem(display, { phone, code, message });
  return text.trimEnd().split('\n');
}

it('says once that phones leave the round in which they were ended', () => {
  const { message } = new MurmurationError('round.repeated');
  expect(
    said([1, 'round.repeated', message], [2, 'round.repeated', message], [3, 'round.begun', message]),
  ).toEqual(['Phones that were ended in the middle of a round leave it, and take part in the next one.']);
});

it('says of each phone what else went wrong on it', () => {
  expect(said([1, 'storage.full', 'no room'], [2, 'storage.full', 'no room'], [3, null, 'odd'])).toEqual([
    'Phone 1: no room',
    'Phone 2: no room',
    'Phone 3: odd',
  ]);
});

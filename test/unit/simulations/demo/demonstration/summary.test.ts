import { parseOptions } from '@murmuration/demo/demonstration/start-options';
import { summary } from '@murmuration/demo/demonstration/summary';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { expect, it } from 'vitest';

const record = (top1: number | null, outcome = 'published') =>
  ({
    outcome,
    tally: { accepted: 8 },
    traffic: { up: 10, down: 20 },
    metrics: top1 === null ? null : { top1, top3: 2 * top1 },
  }) as unknown as RoundRecord;
const options = parseOptions([], 280);
const version0 = { top1: 0.0483, top3: 0.0949 };

it('tells what the model knew before its rounds, and what these taught it', () => {
  const figures = summary(options, version0, [record(0.06), record(0.0878), record(null, 'failed')]);
  expect(figures).toMatchObject({
    rounds: 3,
    failedRounds: 1,
    version0: { top1: 4.83, top3: 9.49 },
    top1: 8.78,
    top3: 17.56,
    gain: { top1: 3.95, top3: 8.07 },
    bytesUp: 30,
    bytesDown: 60,
  });
});

it('claims no gain where no version was measured', () => {
  const { top1, gain } = summary(options, version0, [record(null, 'failed')]);
  expect([top1, gain]).toEqual([null, { top1: null, top3: null }]);
});

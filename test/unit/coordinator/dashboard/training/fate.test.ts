import type { GateMessage } from '@murmuration/api/gate';
import { fateOf } from '@murmuration/dashboard/training/fate';
import { describe, expect, it } from 'vitest';

const at = '2026-01-01T00:00:00.000Z';
const check = (text: string, passed: boolean): GateMessage['checks'][number] => ({
  rule: 'better',
  metric: 'loss',
  slice: null,
  champion: 1,
  challenger: 2,
  limit: 0,
  test: null,
  passed,
  text,
});
const gateOf = (change: Partial<GateMessage>): GateMessage => ({
  outcome: 'passed',
  reason: null,
  against: 0,
  checks: [check('loss fell.', true)],
  decidedAt: at,
  promotedAt: at,
  rolledBack: null,
  heldBy: null,
  ...change,
});

describe('what became of the version of a run', () => {
  it.each([
    ['served', true, gateOf({}), 'loss fell.'],
    ['served', true, null, null],
    ['replaced', false, gateOf({}), null],
    ['waits', false, null, null],
    ['waits', false, gateOf({ promotedAt: null }), null],
    [
      'held',
      false,
      gateOf({ promotedAt: null, heldBy: 'Ada' }),
      'It passed; Ada keeps another version served.',
    ],
    [
      'refused',
      false,
      gateOf({
        outcome: 'failed',
        promotedAt: null,
        checks: [check('loss fell.', true), check('accuracy fell.', false)],
      }),
      'accuracy fell.',
    ],
    [
      'not-measured',
      false,
      gateOf({ outcome: 'undecided', promotedAt: null, checks: [], reason: 'It failed.' }),
      'It failed.',
    ],
    // Whatever is served now.
    ['rolled-back', true, gateOf({ rolledBack: { at, reason: 'Errors.' } }), 'Errors.'],
  ] as const)('is %s', (fate, isServed, gate, reason) => {
    expect(fateOf({ number: 1, isServed, gate })).toEqual({ fate, reason });
  });
});

import { type Eligibility, ineligible } from '@murmuration/coordinator/task/eligibility';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import { describe, expect, it } from 'vitest';

const open: Eligibility = {
  minExamples: 1,
  idle: false,
  charging: false,
  unmetered: false,
  minFreeMiB: 0,
  minSdk: '0.0.0',
};

function reason(rules: Partial<Eligibility>, message: Partial<CheckIn> = {}, sdk = '1.2.3') {
  return ineligible({ ...open, ...rules }, { task: 'line' as TaskName, conditions: {}, ...message }, sdk);
}

describe('a device', () => {
  it('is eligible where nothing is asked for', () => {
    expect(reason({})).toBeUndefined();
  });

  it('RD2: has compared its examples itself: its check-in tells nothing of them', () => {
    expect(reason({ minExamples: 1_000_000 })).toBeUndefined();
  });

  it.each(['idle', 'charging', 'unmetered'] as const)('has to be %s, and to say so', condition => {
    expect(reason({ [condition]: true }, { conditions: { [condition]: true } })).toBeUndefined();
    expect(reason({ [condition]: true }, { conditions: { [condition]: false } })).toMatch(condition);
    expect(reason({ [condition]: true })).toMatch(condition);
  });

  it.each([
    [64, true],
    [128, true],
    [32, false],
    [undefined, false],
  ])('with %s MiB of room where 64 are asked for: %s', (freeMiB, eligible) => {
    const conditions = freeMiB === undefined ? {} : { freeMiB };
    expect(reason({ minFreeMiB: 64 }, { conditions }) === undefined).toBe(eligible);
  });

  it.each([
    ['1.2.3', true],
    ['1.2.2', true],
    ['0.9.9', true],
    ['1.1.10', true],
    ['1.2.4', false],
    ['1.3.0', false],
    ['2.0.0', false],
    ['1.10.0', false],
  ])('of SDK 1.2.3 where %s is asked for: %s', (minSdk, eligible) => {
    expect(reason({ minSdk }) === undefined).toBe(eligible);
  });
});

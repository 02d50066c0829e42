import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { CheckIn } from '@murmuration/protocol/messages/check-in';
import { asleepTooSoon } from '@murmuration/rounds/task/awake';
import { type Eligibility, ineligible } from '@murmuration/rounds/task/eligibility';
import { describe, expect, it } from 'vitest';
import { lineTask } from '../../../../e2e/line.ts';
import { markingTask } from '../../../../e2e/marking-line.ts';

const open: Eligibility = {
  minExamples: 1,
  idle: false,
  charging: false,
  unmetered: false,
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

  it('RD2: that is woken where it may not train takes no part', () => {
    expect(reason({}, { conditions: { awake: 0 } })).toMatch(/may not train/);
    expect(reason({}, { conditions: { awake: 10_000 } })).toBeUndefined();
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

describe('a device that is woken for a while', () => {
  const deadlines = {
    gathering: 1_000,
    messages: 5_000,
    updates: 40_000,
  };
  const short = (awake: number | undefined, change: object = markingTask) => {
    const task = lineTask({ ...change, deadlines } as never);
    const conditions = awake === undefined ? {} : { awake };
    return asleepTooSoon(task, { task: task.name, conditions });
  };

  it('RD2: has no part in a masked round that may outlast it, and hears why', () => {
    expect(short(55_999)).toBe('a masked round may last 56 s; the device stays awake for 55 s');
    expect(short(10_000)).toBe('a masked round may last 56 s; the device stays awake for 10 s');
    expect(short(56_000)).toBeUndefined();
  });

  it('has one where nothing is masked, or where it does not say how long it stays awake', () => {
    expect(short(10_000, {})).toBeUndefined();
    expect(short(undefined)).toBeUndefined();
  });
});

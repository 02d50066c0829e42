import { Display } from '@murmuration/demo/demonstration/display';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { beforeEach, describe, expect, it } from 'vitest';

let written: string;
let display: Display;

beforeEach(() => {
  written = '';
  const write = (text: string) => {
    written += text;
    return true;
  };
  display = new Display({ isTTY: false, write } as NodeJS.WriteStream);
});

const record = (number: number) =>
  ({
    number,
    tally: { cohort: 9, accepted: 8, rejected: 0, late: 0, lost: 1 },
    traffic: { up: 1e6, down: 2e6 },
    startedAt: 0,
    endedAt: 4_000,
    metrics: { top1: 0.05, top3: 0.1 },
    failure: null,
  }) as unknown as RoundRecord;
const lines = () => written.trimEnd().split('\n');

describe('the table of rounds', () => {
  it('has nothing but rounds in it: what is said meanwhile stands beside the next one', () => {
    display.say('Before.');
    display.head();
    display.round(record(1));
    display.say('Somebody came.');
    expect(lines()).toHaveLength(3);
    display.round(record(2));
    display.round(record(3));
    display.say('Somebody left.');
    display.foot();
    display.say('After.');
    const [before, , first, second, third, ...rest] = lines();
    expect(before).toBe('Before.');
    expect(first).toMatch(/^ +1 .* 10\.0 %$/);
    expect(second).toMatch(/^ +2 .*Somebody came\.$/);
    expect(third).toMatch(/^ +3 .* 10\.0 %$/);
    expect(rest).toEqual(['Somebody left.', 'After.']);
  });

  it('says at once what is about to begin, and beside a round what it asked', () => {
    display.head();
    display.round(record(1));
    display.announce('Phones are asked something.');
    expect(lines().at(-1)).toBe('       Phones are asked something.');
    display.round({ ...record(2), metrics: null }, 'asked for words (1 of 5)');
    expect(lines().at(-1)).toMatch(/^ +2 .* 4\.0 {2,}asked for words \(1 of 5\)$/);
    display.foot();
    display.announce('Later.');
    expect(lines().at(-1)).toBe('Later.');
  });

  it('hears once what several threads say', () => {
    for (let thread = 0; thread < 3; thread++) display.sayOnce('Phones train on wasm.');
    expect(lines()).toEqual(['Phones train on wasm.']);
  });
});

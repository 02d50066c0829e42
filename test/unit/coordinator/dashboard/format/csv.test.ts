import { csv } from '@murmuration/dashboard/format/csv';
import { describe, expect, it } from 'vitest';

describe('rows as CSV', () => {
  it('quotes what would break a row, and leaves out what is not there', () => {
    expect(
      csv([
        ['round', 'reason'],
        [7, 'too few, it said "no"'],
        [8, null],
        [9, 'one\nmore'],
      ]),
    ).toBe('round,reason\r\n7,"too few, it said ""no"""\r\n8,\r\n9,"one\nmore"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])('has no formula of %j', text => {
    expect(csv([[text]])).toBe(`'${text}\r\n`);
  });

  it('leaves numbers below zero as they are', () => expect(csv([[-1.5, true]])).toBe('-1.5,true\r\n'));
});

import { queryOf } from '@murmuration/dashboard/rounds/filter';
import { expect, it } from 'vitest';

const query = (address: string) => queryOf(new URLSearchParams(address));
const midnight = (year: number, month: number, day: number) => new Date(year, month - 1, day).toISOString();

it.each([
  ['', ''],
  ['hours=24', ''],
  ['outcome=failed', '&outcome=failed'],
  ['from=2026-11-30', `&since=${midnight(2026, 11, 30)}`],
  ['outcome=published&to=2026-11-30', `&outcome=published&until=${midnight(2026, 12, 1)}`],
])('asks for the rounds that the address %j chooses', (address, asked) => {
  expect(query(address)).toBe(asked);
});

it.each(['outcome=lost', 'outcome=', 'from=yesterday', 'to=2026-13-40', 'from=2026-1-1', 'to=%26limit%3D1'])(
  'asks for all rounds where the address has %j, which is no choice',
  address => expect(query(address)).toBe(''),
);

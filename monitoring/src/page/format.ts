import { quantity } from '../kit/quantities.ts';

/** Formats a number to three digits, a very small one by its power of ten. */
export function figure(value: number): string {
  return value !== 0 && Math.abs(value) < 0.0005
    ? value.toExponential(1)
    : value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

export function count(value: number): string {
  return quantity(value, 'count');
}

/** Formats a share from 0 to 1 in percent. */
export function percent(share: number): string {
  return quantity(share, 'share');
}

/** Formats a count with its noun: “1 feature”, “3 features”. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

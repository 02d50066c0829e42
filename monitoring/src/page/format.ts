const digits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en');

/** A number to three digits; a very small one by its power of ten. */
export function figure(value: number): string {
  return value !== 0 && Math.abs(value) < 0.0005 ? value.toExponential(1) : digits.format(value);
}

export function count(value: number): string {
  return whole.format(value);
}

/** A share from 0 to 1 as people read it. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** ms since 1970 as a day and minute in UTC. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** “1 feature”, “3 features”. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Created on first use: ICU's number data takes 5 MB, which most processes never need. */
let formats: { readonly digits: Intl.NumberFormat; readonly whole: Intl.NumberFormat } | undefined;
const format = () => {
  formats ??= {
    digits: new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }),
    whole: new Intl.NumberFormat('en'),
  };
  return formats;
};

/** Formats a number to three digits, a very small one by its power of ten. */
export function figure(value: number): string {
  return value !== 0 && Math.abs(value) < 0.0005 ? value.toExponential(1) : format().digits.format(value);
}

export function count(value: number): string {
  return format().whole.format(value);
}

/** Formats a share from 0 to 1 in percent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Formats ms since 1970 as a day and minute in UTC. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Formats a count with its noun: “1 feature”, “3 features”. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Unit of a report's numbers, which decides their format and the ticks of axes. */
export type Unit = 'share' | 'nats' | 'number' | 'count' | 'bytes' | 'ms';

/** Unit of an axis: values divided by `divisor` are in `name`. */
export interface Scale {
  readonly divisor: number;
  readonly name: string;
}

const scales: Readonly<Record<Unit, readonly Scale[]>> = {
  share: [{ divisor: 0.01, name: '%' }],
  nats: [{ divisor: 1, name: 'nats' }],
  number: [{ divisor: 1, name: '' }],
  count: [{ divisor: 1, name: '' }],
  bytes: [
    { divisor: 1, name: 'B' },
    { divisor: 1e3, name: 'kB' },
    { divisor: 1e6, name: 'MB' },
    { divisor: 1e9, name: 'GB' },
    { divisor: 1e12, name: 'TB' },
  ],
  ms: [
    { divisor: 1, name: 'ms' },
    { divisor: 1e3, name: 's' },
    { divisor: 6e4, name: 'min' },
    { divisor: 3.6e6, name: 'h' },
    { divisor: 8.64e7, name: 'days' },
  ],
};

/** Returns the scale in which values up to `most` are easy to read. */
export function scaleFor(most: number, unit: Unit): Scale {
  // 80 s are easier to read than 1.33 min, and 30 h than 1.25 days.
  const room = unit === 'ms' ? 1.5 : 1;
  return scales[unit].findLast(({ divisor }, i) => i === 0 || Math.abs(most) >= room * divisor)!;
}

/** Formats a figure with its unit, such as `97.1 %` or `12.3 MB`; an en dash if there is none. */
export function quantity(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const { divisor, name } = scaleFor(value, unit);
  const scaled = value / divisor;
  const digits =
    unit === 'count' || (unit === 'bytes' && divisor === 1)
      ? new Intl.NumberFormat('en', { maximumFractionDigits: 0 }).format(scaled)
      : unit === 'share'
        ? scaled.toFixed(1)
        : significant(scaled);
  return name === '' ? digits : `${digits} ${name}`;
}

/** Formats a signed difference of two figures; of shares in points. */
export function difference(value: number | null, unit: Unit): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const sign = value > 0 ? '+' : value < 0 ? '−' : '±';
  return `${sign}${quantity(Math.abs(value), unit).replace('%', 'points')}`;
}

/** Formats ms since 1970 as a day and minute in UTC. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Formats with three significant digits, and with all digits before the point. */
function significant(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) < 1e-4) return value.toExponential(2);
  return new Intl.NumberFormat('en', {
    minimumSignificantDigits: 3,
    maximumSignificantDigits: Math.max(3, Math.floor(Math.log10(Math.abs(value))) + 1),
  }).format(value);
}

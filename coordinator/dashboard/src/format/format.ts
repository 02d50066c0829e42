/** Formats of numbers, sizes and times for people, in the viewer's own zone. */
const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const exact = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/**
 * Formats an instant in s since 1970, among others `step` s apart: the time of the day, or at midnight the
 * day.
 */
export function hourOrDay(seconds: number, step = 60): string {
  const at = new Date(seconds * 1_000);
  if (step > 0 && step < 60) return time.format(at);
  return at.getHours() === 0 && at.getMinutes() === 0 ? date.format(at) : hour.format(at);
}

export const count = (value: number): string => whole.format(value);

/** Formats a count with its noun, plural unless it is one: `3 rounds`. */
export const counted = (value: number, one: string, several = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : several}`;

/** Formats a number with three significant digits. */
export const figure = (value: number): string => short.format(value);

/** Formats a share of 0 to 1 in per cent. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/**
 * Number of decimal places, 4 at most, needed to tell numbers apart that differ by `step`: 1 for steps of
 * 2.5.
 */
export function decimalsFor(step: number): number {
  for (let places = 0; places < 4; places++) {
    const scaled = Math.abs(step) * 10 ** places;
    if (scaled > 0 && Math.abs(scaled - Math.round(scaled)) < 1e-6 && Math.round(scaled) > 0) return places;
  }
  return step === 0 ? 0 : 4;
}

/** Formats bytes in decimal units. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let rest = value;
  let unit = 0;
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? whole.format(rest) : rest.toPrecision(3).replace(/e.*$/, '')} ${units[unit]}`;
}

/** Formats ms with at most two units. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const s = Math.round(seconds);
  if (s < 3_600) return two(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86_400) return two(Math.floor(s / 3_600), 'h', Math.floor((s % 3_600) / 60), 'min');
  return two(Math.floor(s / 86_400), 'd', Math.floor((s % 86_400) / 3_600), 'h');
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Formats ms as a person would type them: `90 s`, `5 min`, in the largest unit that gives an integer. */
export function plainDuration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  for (const [unit, length] of units) if (ms > 0 && ms % length === 0) return `${ms / length} ${unit}`;
  return ms === 0 ? '0 s' : `${ms} ms`;
}

/** Formats day, time with seconds, and zone. */
export const instant = (iso: string): string => exact.format(new Date(iso));
/** Formats day and time. */
export const moment = (iso: string): string => day.format(new Date(iso));
/** Formats the time of the day. */
export const clockTime = (iso: string): string => time.format(new Date(iso));

/** Formats a time relative to now: `4 min ago`, `in 20 s`; instants in ms since 1970. */
export function relative(at: number, now: number): string {
  const away = at - now;
  if (Math.abs(away) < 1_000) return 'now';
  const span = coarse(Math.abs(away));
  return away > 0 ? `in ${span}` : `${span} ago`;
}

/** Formats ms in one unit. */
function coarse(ms: number): string {
  const s = Math.round(ms / 1_000);
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.round(s / 60)} min`;
  if (s < 86_400) return `${Math.round(s / 3_600)} h`;
  return `${Math.round(s / 86_400)} d`;
}

import { scaleFor, type Unit } from './quantities.ts';

/** Axis of a plot; positions are percentages of its length. */
export interface Axis {
  readonly label: string;
  at(value: number): number;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

interface Scaled {
  readonly label: string;
  readonly unit: Unit;
  readonly low: number;
  readonly high: number;
  /**
   * Most ticks.
   * @default 6
   */
  readonly mostTicks?: number;
  /** True if ticks are integers. */
  readonly isWhole?: boolean;
  /** True for differences, which of shares are points. */
  readonly isDifference?: boolean;
}

/** Makes an axis from `low` to `high`, whose label says the unit of its ticks. */
export function linearAxis({ label, unit, low, high, mostTicks = 6, isWhole, isDifference }: Scaled): Axis {
  const { divisor, name } = scaleFor(Math.max(Math.abs(low), Math.abs(high)), unit);
  const at = (value: number) => (100 * (value - low)) / (high - low);
  const rough = (high - low) / divisor / mostTicks;
  const power = 10 ** Math.floor(Math.log10(rough));
  const fitting = power * ([1, 2, 5].find(times => times * power >= rough) ?? 10);
  const step = isWhole ? Math.max(1, fitting) : fitting;
  const [first, last] = [Math.ceil(low / divisor / step - 1e-9), Math.floor(high / divisor / step + 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => {
    const value = Number(((first + i) * step).toPrecision(12));
    return { at: at(value * divisor), text: tickText(value) };
  });
  const shown = isDifference && unit === 'share' ? 'points' : name;
  return { label: shown ? `${label} (${shown})` : label, at, ticks };
}

/** Makes an axis of powers from `low` to `high`, both above 0. */
export function logAxis(label: string, low: number, high: number): Axis {
  const width = Math.log10(high / low) || 1;
  const at = (value: number) => (100 * Math.log10(value / low)) / width;
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const times = last - first > 3 ? [1] : [1, 2, 5];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
    .flatMap(power => times.map(each => Number((each * power).toPrecision(6))))
    .filter(value => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
    .map(value => ({ at: at(value), text: tickText(value) }));
  return { label, at, ticks };
}

/** Makes an axis of choices at 0, 1, …; labels are cut to the room that they have on a phone. */
export function choiceAxis(label: string, choices: readonly string[]): Axis {
  const most = Math.max(4, Math.floor(44 / choices.length));
  const at = (place: number) => (100 * (place + 0.5)) / choices.length;
  return { label, at, ticks: choices.map((choice, i) => ({ at: at(i), text: cut(choice, most) })) };
}

/** Makes the upright axis of values, with room above and below; of shares within 0 and 1. */
export function valueAxis(label: string, unit: Unit, values: readonly number[], isDifference = false): Axis {
  const [low, high] = extentOf(values);
  const room = 0.08 * (high - low || Math.abs(high) || 1);
  const isShare = unit === 'share' && !isDifference;
  return linearAxis({
    label,
    unit,
    low: low >= 0 ? Math.max(0, low - room) : low - room,
    high: isShare ? Math.min(1, high + room) : (isDifference ? Math.max(0, high) : high) + room,
    isDifference,
  });
}

/** Returns the lowest and the highest value. */
export function extentOf(values: readonly number[]): [low: number, high: number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}

function tickText(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-4
    ? value.toExponential()
    : value.toLocaleString('en', { maximumSignificantDigits: 6 });
}

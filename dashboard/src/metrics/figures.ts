import { figure, percent } from '../format/format.ts';
import { words } from './words.ts';

/** How a figure of an evaluation is read. */
export interface Reading {
  readonly unit: 'share' | 'nats' | 'number';
  readonly better: 'higher' | 'lower' | null;
}

const losses = /loss|nll|entropy/i;
const shares = /^top-?\d+$|acc|recall|precision|f1|auc|share|rate/i;

/** What its name and its values tell: losses are in nats, whatever stays within 0 and 1 and is no loss is a share. */
export function readingOf(name: string, values: readonly (number | null | undefined)[]): Reading {
  if (losses.test(name)) return { unit: 'nats', better: 'lower' };
  if (/perplexity/i.test(name)) return { unit: 'number', better: 'lower' };
  const isWithin = values.every(value => value == null || (value >= 0 && value <= 1));
  if (isWithin && shares.test(name)) return { unit: 'share', better: 'higher' };
  return { unit: 'number', better: null };
}

/** A figure with its unit. */
export function readable(value: number | null | undefined, { unit }: Reading): string {
  if (value == null) return '–';
  if (unit === 'share') return percent(value);
  return unit === 'nats' ? `${value.toFixed(3)} nats` : figure(value);
}

/** From one figure to another one, with its sign; shares in percentage points. */
export function difference(from: number, to: number, { unit }: Reading): string {
  const by = to - from;
  const sign = by > 0 ? '+' : by < 0 ? '−' : '±';
  const size = Math.abs(by);
  if (unit === 'share') return `${sign}${(100 * size).toFixed(2)} ${words.points}`;
  return unit === 'nats' ? `${sign}${size.toFixed(4)} nats` : `${sign}${figure(size)}`;
}

/** Whether a change is for the better; null where it is none, or nobody can say. */
export function isBetter(from: number, to: number, { better }: Reading): boolean | null {
  if (better === null || from === to) return null;
  return better === 'higher' ? to > from : to < from;
}

/** A figure's name, for people. */
export function nameOf(figureName: string): string {
  const top = /^top-?(\d+)$/i.exec(figureName);
  if (top) return words.recall(Number(top[1]));
  return (words.names as Readonly<Record<string, string>>)[figureName] ?? figureName;
}

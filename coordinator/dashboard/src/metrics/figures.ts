import { figure, percent } from '../format/format.ts';
import { words } from './words.ts';

/** How a figure of an evaluation is read. */
export interface Reading {
  /** A loss is in the unit of its objective, which pages don't know. */
  readonly unit: 'share' | 'loss' | 'number';
  readonly better: 'higher' | 'lower' | null;
}

const losses = /loss|nll|entropy/i;
const shares = /^top-?\d+$|acc|recall|precision|f1|auc|share|rate/i;

/** What its name and its values tell: losses by their names, and whatever stays within 0 and 1 and is no loss is a share. */
export function readingOf(name: string, values: readonly (number | null | undefined)[]): Reading {
  if (losses.test(name)) return { unit: 'loss', better: 'lower' };
  if (/perplexity/i.test(name)) return { unit: 'number', better: 'lower' };
  const isWithin = values.every(value => value == null || (value >= 0 && value <= 1));
  if (isWithin && shares.test(name)) return { unit: 'share', better: 'higher' };
  return { unit: 'number', better: null };
}

/** A figure with its unit, where that is known. */
export function readable(value: number | null | undefined, { unit }: Reading): string {
  if (value == null) return '–';
  if (unit === 'share') return percent(value);
  return unit === 'loss' ? value.toFixed(3) : figure(value);
}

/** From one figure to another one, with its sign; shares in percentage points. */
export function difference(from: number, to: number, { unit }: Reading): string {
  const by = to - from;
  const sign = by > 0 ? '+' : by < 0 ? '−' : '±';
  const size = Math.abs(by);
  if (unit === 'share') return `${sign}${(100 * size).toFixed(2)} ${words.points}`;
  return unit === 'loss' ? `${sign}${size.toFixed(4)}` : `${sign}${figure(size)}`;
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

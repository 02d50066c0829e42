import { figure, percent } from '../format/format.ts';
import { words } from './words.ts';

/** Interpretation of an evaluation's figure. */
export interface FigureReading {
  /** Unit of the figure; a loss is in the unit of its objective, which pages don't know. */
  readonly unit: 'share' | 'loss' | 'number';
  readonly better: 'higher' | 'lower' | null;
}

const losses = /loss|nll|entropy/i;
const shares = /^top-?\d+$|acc|recall|precision|f1|auc|share|rate/i;

/**
 * Infers the interpretation from name and values: losses by their names; a figure within 0 and 1 is a share
 * if its name suggests it.
 */
export function readingOf(name: string, values: readonly (number | null | undefined)[]): FigureReading {
  if (losses.test(name)) return { unit: 'loss', better: 'lower' };
  if (/perplexity/i.test(name)) return { unit: 'number', better: 'lower' };
  const isWithin = values.every(value => value == null || (value >= 0 && value <= 1));
  if (isWithin && shares.test(name)) return { unit: 'share', better: 'higher' };
  return { unit: 'number', better: null };
}

/** Formats a figure with its unit, if known. */
export function readable(value: number | null | undefined, { unit }: FigureReading): string {
  if (value == null) return '–';
  if (unit === 'share') return percent(value);
  return unit === 'loss' ? value.toFixed(3) : figure(value);
}

/** Formats the change from one figure to another, with its sign; shares in percentage points. */
export function difference(from: number, to: number, { unit }: FigureReading): string {
  const by = to - from;
  const sign = by > 0 ? '+' : by < 0 ? '−' : '±';
  const size = Math.abs(by);
  if (unit === 'share') return `${sign}${(100 * size).toFixed(2)} ${words.points}`;
  return unit === 'loss' ? `${sign}${size.toFixed(4)}` : `${sign}${figure(size)}`;
}

/** True if a change is an improvement; null if there is no change, or the direction is unknown. */
export function isBetter(from: number, to: number, { better }: FigureReading): boolean | null {
  if (better === null || from === to) return null;
  return better === 'higher' ? to > from : to < from;
}

/** Readable name of a figure. */
export function nameOf(figureName: string): string {
  const top = /^top-?(\d+)$/i.exec(figureName);
  if (top) return words.recall(Number(top[1]));
  return (words.names as Readonly<Record<string, string>>)[figureName] ?? figureName;
}

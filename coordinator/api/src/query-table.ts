import { readNumbers } from '@murmuration/protocol/queries/found-numbers';
import type { EstimateMessage, FiguresMessage } from './query.ts';

/** Figures as rows, for people and for spreadsheets; null stands for no number. */
export interface FiguresTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/**
 * Converts the result of a query to rows, one for each of its numbers. The standard deviation of their noise,
 * if there is any, has a column of its own.
 */
export function figuresTable(figures: FiguresMessage): FiguresTable {
  const { head, rows } = tableOf(figures);
  const noise = 'noise' in figures ? figures.noise : undefined;
  if (noise === undefined) return { head, rows };
  return { head: [...head, 'noise'], rows: rows.map(row => [...row, noise]) };
}

function tableOf(figures: FiguresMessage): FiguresTable {
  switch (figures.kind) {
    case 'count':
      return {
        head: ['count', 'share', 'low', 'high'],
        rows: [[figures.count, ...ends(figures.share)]],
      };
    case 'sum':
      return { head: ['sum', 'low', 'high'], rows: [ends(figures.sum)] };
    case 'mean':
      return {
        head: ['mean', 'low', 'high', 'deviation'],
        rows: [[...ends(figures.mean), figures.deviation]],
      };
    case 'histogram':
      return {
        head: ['from', 'to', 'count', 'per device', 'low', 'high'],
        rows: figures.bins.map(({ from, to, count, perDevice }) => [from, to, count, ...ends(perDevice)]),
      };
    case 'top':
      return {
        head: ['item', 'count', 'per device', 'low', 'high'],
        rows: [
          ...figures.items.map(({ item, count, perDevice }) => [item, count, ...ends(perDevice)]),
          ['(others)', figures.others, null, null, null],
        ],
      };
    case 'distinct':
      return {
        head: ['distinct', 'low', 'high', 'standard error'],
        rows: [[...ends(figures.distinct), figures.error]],
      };
    case 'outcomes':
      return {
        head: ['version', 'devices', 'outcome', 'count', 'of', 'share', 'low', 'high'],
        rows: figures.versions.flatMap(({ version, model, devices, predictions, outcomes }) => {
          const name = version ?? model.slice(0, 12);
          if (predictions === null)
            return [[name, devices, '(too few devices)', null, null, null, null, null]];
          return outcomes.map(({ outcome, count, share }) => [
            name,
            devices,
            outcome,
            count,
            predictions,
            ...ends(share),
          ]);
        }),
      };
    case 'arm':
      return {
        head: ['version', 'outcome', 'count', 'of', 'share on a device', 'low', 'high'],
        rows: figures.outcomes.map(({ outcome, count, rate }) => [
          figures.version ?? figures.model.slice(0, 12),
          outcome,
          count,
          figures.predictions,
          ...ends(rate),
        ]),
      };
    case 'numbers':
      return { head: ['number', 'devices'], rows: [...readNumbers(figures)] };
    case 'ngram-sketch':
      return { head: ['length', 'places'], rows: [[figures.length, figures.found]] };
    case 'ngrams':
      return { head: ['length', 'n-grams'], rows: [[figures.length, figures.found]] };
    case 'evaluation':
      return {
        head: ['version', 'slice', 'devices', 'examples', 'metric', 'mean', 'low', 'high', 'deviation'],
        rows: figures.versions.flatMap(({ version, model, parts }) => {
          const name = version ?? model.slice(0, 12);
          return parts.flatMap(({ slice, devices, examples, metrics }) => {
            const part = [name, slice ?? '(all)', devices, examples];
            if (metrics.length === 0) return [[...part, '(too few devices)', null, null, null, null]];
            return metrics.map(({ metric, mean, deviation }) => [...part, metric, ...ends(mean), deviation]);
          });
        }),
      };
    case 'sketch':
      return { head: ['heavy buckets'], rows: [[figures.buckets]] };
    case 'heavy-hitters':
      return {
        head: ['text', 'devices', 'share', 'low', 'high'],
        rows: figures.texts.map(({ text, devices, share }) => [text, devices, ...ends(share)]),
      };
  }
}

function ends({ value, low, high }: EstimateMessage): number[] {
  return [value, low, high];
}

/**
 * Formats the table as CSV (RFC 4180); texts that a spreadsheet would take for a formula begin with an
 * apostrophe.
 */
export function csvOf({ head, rows }: FiguresTable): string {
  const cell = (value: string | number | null) => {
    if (value === null) return '';
    if (typeof value === 'number') return String(value);
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [head, ...rows].map(row => `${row.map(cell).join(',')}\r\n`).join('');
}

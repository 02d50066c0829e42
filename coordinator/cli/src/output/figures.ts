import type { CliCell } from './output.ts';

/** Formats held-out figures as one line, such as `loss 1.23, top1 0.45`; null if there are none. */
export function figures(metrics: Readonly<Record<string, number>> | null): string | null {
  const all = Object.entries(metrics ?? {});
  return all.length === 0 ? null : all.map(([name, value]) => `${name} ${precise(value)}`).join(', ');
}

/** Returns the phase of a round, or its outcome. */
export function phaseCell(phase: string): CliCell {
  if (phase === 'published') return { text: phase, tone: 'good' };
  return phase === 'failed' ? { text: phase, tone: 'bad' } : { text: phase, tone: 'doubtful' };
}

/** Formats bytes in the largest unit that they fill. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10));
  const value = count / 2 ** (10 * power);
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

/** Formats the seconds between two times in ISO 8601, such as `4.2 s`; null if the end is missing. */
export function lasted(from: string, to: string | null): string | null {
  return to === null ? null : `${((Date.parse(to) - Date.parse(from)) / 1_000).toFixed(1)} s`;
}

function precise(value: number): string {
  return String(Number(value.toPrecision(4)));
}

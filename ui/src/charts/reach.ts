import type { ChartContent } from './content.ts';

/** From where to where the horizontal axis goes: over all that was asked for and all values; a lone one and outer bars have room beside them. */
export function reachOf({ x: { values, span }, kind }: Pick<ChartContent, 'x' | 'kind'>): [number, number] {
  const [first, second] = values;
  const step = first === undefined || second === undefined ? 1 : second - first;
  const beside = kind === 'stack' ? step * 0.6 : values.length > 1 ? 0 : 1;
  const [from, to] = span ?? [first ?? 0, first ?? 0];
  if (first === undefined) return [from, to];
  return [Math.min(from, first - beside), Math.max(to, values.at(-1)! + beside)];
}

import type { ChartContent } from './content.ts';

/** Extra room at each end, as a share of the span: bars at the ends are wider than a point. */
const room = 0.02;

/**
 * Range of the horizontal axis: the span if given, otherwise all values and marks. A lone value and outer
 * bars get extra room.
 */
export function reachOf({
  x: { values, span, isTime },
  kind,
  marks = [],
}: Pick<ChartContent, 'x' | 'kind' | 'marks'>): [number, number] {
  if (span) {
    const beside = room * (span[1] - span[0]);
    return [span[0] - beside, span[1] + beside];
  }
  const [first = 0, second] = values;
  const lone = isTime ? 3_600 : 1;
  const beside = second === undefined ? lone : kind === 'stack' ? (second - first) * 0.6 : 0;
  return [first - beside, Math.max(values.at(-1) ?? first, marks.at(-1)?.at ?? first) + beside];
}

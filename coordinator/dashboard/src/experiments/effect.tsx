import { type Arm, gainOf, type Metric } from './standing.ts';
import { words } from './words.ts';

const width = 180;
const rowHeight = 28;
const middle = width / 2;

interface Shown {
  readonly arm: Arm;
  readonly metric: Metric;
  /** Value at the right end: the largest difference of all arms. */
  readonly most: number;
}

/**
 * Difference of an arm from the control: the interval as a bar, the estimate as a dot, no difference as a
 * line.
 */
export function Effect({ arm, metric, most }: Shown) {
  const { difference } = arm;
  if (!difference) return <span class="muted">{words.control}</span>;
  const {
    effect,
    interval: [low, high],
    isDecided,
  } = difference;
  const at = (value: number) => middle + Math.max(-1, Math.min(1, value / most)) * (middle - 6);
  const from = low === null ? 0 : at(low);
  const to = high === null ? width : at(high);
  const tone = isDecided ? (gainOf(arm, metric) > 0 ? 'good' : 'bad') : '';
  const text = words.difference(metric, difference);
  return (
    <>
      <svg class={`effect ${tone}`} viewBox={`0 0 ${width} ${rowHeight}`} role="img" aria-label={text.drawn}>
        <line class="none" x1={middle} y1="0" x2={middle} y2={rowHeight} />
        <line class="interval" x1={from} y1={rowHeight / 2} x2={to} y2={rowHeight / 2} />
        <circle cx={at(effect)} cy={rowHeight / 2} r="5" />
      </svg>
      <span class="reason">{text.written}</span>
      {difference.unadjusted && <span class="reason">{words.unadjusted(metric, difference.unadjusted)}</span>}
    </>
  );
}

/** Largest difference that intervals of these arms reach, above 0. */
export function mostOf(arms: readonly Arm[]): number {
  const ends = arms.flatMap(({ difference }) =>
    difference ? [difference.effect, ...difference.interval].filter(value => value !== null) : [],
  );
  return Math.max(Number.MIN_VALUE, ...ends.map(Math.abs));
}

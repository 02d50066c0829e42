import { useComputed } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Choice } from './select.tsx';
import { words } from './words.ts';

/** Spans to choose from, hours; 0 is all the time. */
const spans = [1, 6, 24, 168, 720, 0] as const;
/** Longest span that the coordinator counts by hour. */
export const maxHours = 2_160;
/** Number of steps in which the visible span moves on, too small to be seen. */
const steps = 100;

/** Hours that an address chooses, by default `otherwise`; 0 is all the time. */
function hoursIn(parameters: URLSearchParams, otherwise: number): number {
  return spans.find(each => String(each) === parameters.get('hours')) ?? otherwise;
}

export function useHours(otherwise: number): number {
  return hoursIn(useDashboard().whereabouts.parameters.value, otherwise);
}

/** Bounds of the span in the address, s since 1970; undefined for all the time. */
export function useRange(otherwise: number): readonly [from: number, to: number] | undefined {
  const { whereabouts, ticker, feed } = useDashboard();
  const hours = useHours(otherwise);
  const to = useComputed(() => {
    const step = (hoursIn(whereabouts.parameters.value, otherwise) * 3_600) / steps;
    const now = (ticker.now.value + feed.ahead.value) / 1_000;
    return step === 0 ? 0 : (Math.floor(now / step) + 1) * step;
  }).value;
  return hours === 0 ? undefined : [to - hours * 3_600 * (1 + 1 / steps), to];
}

/** Choice of the time span that is shown, kept in the address. */
export function Span({ otherwise }: { readonly otherwise: number }) {
  const { whereabouts } = useDashboard();
  return (
    <Choice
      label={words.span}
      value={useHours(otherwise)}
      of={spans.map(each => [each, words.spans(each)])}
      choose={value => whereabouts.choose('hours', value === String(otherwise) ? '' : value)}
    />
  );
}

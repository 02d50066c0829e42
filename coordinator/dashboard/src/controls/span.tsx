import { useDashboard } from '../context/dashboard.ts';
import { words } from './words.ts';

/** Spans to choose from, hours; 0 is all the time. */
const spans = [1, 6, 24, 168, 720, 0] as const;
/** Longest span that the coordinator counts by hour. */
export const maxHours = 2_160;

/** Hours of the span in the address, by default `otherwise`; 0 is all the time. */
export function useHours(otherwise: number): number {
  const chosen = useDashboard().whereabouts.parameters.value.get('hours');
  return spans.find(each => String(each) === chosen) ?? otherwise;
}

/** Choice of the time span that is shown, kept in the address. */
export function Span({ otherwise }: { readonly otherwise: number }) {
  const { whereabouts } = useDashboard();
  return (
    <label class="choice">
      <span>{words.span}</span>
      <select
        value={useHours(otherwise)}
        onChange={({ currentTarget: { value } }) =>
          whereabouts.choose('hours', value === String(otherwise) ? '' : value)
        }
      >
        {spans.map(each => (
          <option key={each} value={each}>
            {words.spans(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

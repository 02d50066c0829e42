import { useDashboard } from '../context/dashboard.ts';
import { terms } from '../format/terms.ts';
import { words } from './words.ts';

const outcomes = ['published', 'failed'];
/** Days of the viewer's zone, in the format of date fields. */
const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** Choices of an address that filter rounds; empty where it has none that is valid. */
function filterIn(parameters: URLSearchParams) {
  const chosen = (name: string, isValid: (text: string) => boolean) => {
    const text = parameters.get(name) ?? '';
    return isValid(text) ? text : '';
  };
  return {
    outcome: chosen('outcome', text => outcomes.includes(text)),
    from: chosen('from', isDay),
    to: chosen('to', isDay),
  };
}

/** Query parameters of the filter in an address: from the beginning of one day to the end of another. */
export function queryOf(parameters: URLSearchParams): string {
  const { outcome, from, to } = filterIn(parameters);
  const parts = [
    outcome && `outcome=${outcome}`,
    from && `since=${dayOf(from, 0)}`,
    to && `until=${dayOf(to, 1)}`,
  ];
  return parts.map(part => (part ? `&${part}` : '')).join('');
}

/** Beginning of a day of the viewer's zone, `later` days after the given one. */
function dayOf(date: string, later: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return new Date(year, month - 1, day + later).toISOString();
}

/** Fields of the filter, which the address keeps. */
export function Filters() {
  const { whereabouts } = useDashboard();
  const filter = filterIn(whereabouts.parameters.value);
  const { outcome, from, to } = filter;
  const choose =
    (name: keyof typeof filter) =>
    ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }) =>
      whereabouts.choose(name, value);
  return (
    <fieldset class="filters" aria-label={words.list.filters}>
      <label>
        <span>{words.list.columns.outcome}</span>
        <select value={outcome} onChange={choose('outcome')}>
          <option value="">{words.list.any}</option>
          <option value="published">{words.list.published}</option>
          <option value="failed">{terms.outcomes.failed}</option>
        </select>
      </label>
      <label>
        <span>{words.list.from}</span>
        <input type="date" value={from} max={to || undefined} onChange={choose('from')} />
      </label>
      <label>
        <span>{words.list.to}</span>
        <input type="date" value={to} min={from || undefined} onChange={choose('to')} />
      </label>
      {(outcome || from || to) && (
        <button
          type="button"
          class="quiet-button"
          onClick={() => {
            for (const name of Object.keys(filter)) whereabouts.choose(name, '');
          }}
        >
          {words.list.clear}
        </button>
      )}
    </fieldset>
  );
}

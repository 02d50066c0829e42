import { useDashboard } from '../context/dashboard.ts';
import { Choice } from '../controls/select.tsx';
import { terms } from '../format/terms.ts';
import { filterIn } from './filter.ts';
import { words } from './words.ts';

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
      <Choice
        label={words.list.columns.outcome}
        value={outcome}
        of={[
          ['', words.list.any],
          ['published', words.list.published],
          ['failed', terms.outcomes.failed],
        ]}
        choose={value => whereabouts.choose('outcome', value)}
      />
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

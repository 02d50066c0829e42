import type { Signal } from '@preact/signals';
import { terms } from '../format/terms.ts';
import { words } from './words.ts';

export interface Filter {
  readonly outcome: '' | 'published' | 'failed';
  /** Days of the viewer's zone, in the format of date fields; empty for any. */
  readonly from: string;
  readonly to: string;
}

export const noFilter: Filter = { outcome: '', from: '', to: '' };

/** Query parameters of the filter: from the beginning of one day to the end of another. */
export function queryOf({ outcome, from, to }: Filter): string {
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

interface Shown {
  readonly filter: Signal<Filter>;
  readonly changed: () => void;
}

export function Filters({ filter, changed }: Shown) {
  const set = (change: Partial<Filter>) => {
    const next = { ...filter.value, ...change };
    filter.value = next.outcome === '' && next.from === '' && next.to === '' ? noFilter : next;
    changed();
  };
  const { outcome, from, to } = filter.value;
  return (
    <fieldset class="filters" aria-label={words.list.filters}>
      <label>
        <span>{words.list.columns.outcome}</span>
        <select
          value={outcome}
          onChange={({ currentTarget }) => set({ outcome: currentTarget.value as Filter['outcome'] })}
        >
          <option value="">{words.list.any}</option>
          <option value="published">{words.list.published}</option>
          <option value="failed">{terms.outcomes.failed}</option>
        </select>
      </label>
      <label>
        <span>{words.list.from}</span>
        <input
          type="date"
          value={from}
          max={to || undefined}
          onChange={({ currentTarget }) => set({ from: currentTarget.value })}
        />
      </label>
      <label>
        <span>{words.list.to}</span>
        <input
          type="date"
          value={to}
          min={from || undefined}
          onChange={({ currentTarget }) => set({ to: currentTarget.value })}
        />
      </label>
      {filter.value !== noFilter && (
        <button type="button" class="quiet-button" onClick={() => set(noFilter)}>
          {words.list.clear}
        </button>
      )}
    </fieldset>
  );
}

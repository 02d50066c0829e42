import type { Signal } from '@preact/signals';
import { words } from './words.ts';

interface Shown {
  readonly hours: Signal<number>;
  /** Spans to choose from, hours. */
  readonly spans: readonly number[];
}

/** Choice of the time span that is shown. */
export function Span({ hours, spans }: Shown) {
  return (
    <label class="choice">
      <span>{words.span}</span>
      <select
        value={hours.value}
        onChange={({ currentTarget }) => {
          hours.value = Number(currentTarget.value);
        }}
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

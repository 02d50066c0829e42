import type { EstimateMessage } from '@murmuration/api/query';
import { words } from './words.ts';

interface Shown {
  readonly label: string;
  /** Unit of the bars. */
  readonly unit: string;
  readonly items: readonly { readonly item: string; readonly perDevice: EstimateMessage }[];
}

/** Items that are drawn; the table has all of them. */
const maxBars = 20;

/** Items as bars, the most frequent first, with their intervals. */
export function Ranking({ label, unit, items }: Shown) {
  const drawn = items.slice(0, maxBars);
  const top = Math.max(Number.MIN_VALUE, ...drawn.map(({ perDevice }) => perDevice.high));
  const share = (value: number) => `${(100 * value) / top}%`;
  return (
    <figure class="ranking" aria-label={label}>
      <figcaption class="muted">
        {unit}. {words.whiskers}
      </figcaption>
      <ol>
        {drawn.map(({ item, perDevice: { value, low, high } }) => (
          <li key={item}>
            <span class="item">{item}</span>
            <span class="bars" aria-hidden="true">
              <span class="bar" style={{ inlineSize: share(value) }} />
              <span class="whisker" style={{ insetInlineStart: share(low), inlineSize: share(high - low) }} />
            </span>
            <span class="amount">{words.ofHundred(value)}</span>
          </li>
        ))}
      </ol>
      {items.length > maxBars && <p class="muted">{words.result.more(items.length - maxBars)}</p>}
    </figure>
  );
}

import type { EstimateMessage } from '@murmuration/api/query';

interface Shown {
  readonly estimate: EstimateMessage;
  /** Ends of the scale. */
  readonly from: number;
  readonly to: number;
  readonly write: (value: number) => string;
}

/** Estimate on a scale: its interval as a bar, its value as a dot. The text beside it says the same. */
export function Interval({ estimate: { value, low, high }, from, to, write }: Shown) {
  const at = (of: number) => `${(100 * (of - from)) / (to - from)}%`;
  return (
    <div class="interval" aria-hidden="true">
      <div class="track">
        <span
          class="reach"
          style={{ insetInlineStart: at(low), inlineSize: `calc(${at(high)} - ${at(low)})` }}
        />
        <span class="value" style={{ insetInlineStart: at(value) }} />
      </div>
      <div class="ends muted">
        <span>{write(from)}</span>
        <span>{write(to)}</span>
      </div>
    </div>
  );
}

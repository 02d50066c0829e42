import type { RoundSummary } from '@murmuration/api/round';
import { count } from '../page/format.ts';
import { strings } from '../strings.ts';

const parts = ['accepted', 'late', 'lost'] as const;

/** What became of a cohort, as a bar and in numbers. */
export function TallyBar({ tally }: Pick<RoundSummary, 'tally'>) {
  const whole = Math.max(1, tally.cohort);
  return (
    <span class="tally">
      <span class="bar" aria-hidden="true">
        {parts.map(part => (
          <span key={part} class={`is-${part}`} style={{ inlineSize: `${(100 * tally[part]) / whole}%` }} />
        ))}
      </span>
      <span class="text">
        {strings.rounds.ofCohort(count(tally.accepted), count(tally.cohort))}
        {tally.late > 0 && <span class="late"> · {strings.rounds.late(tally.late)}</span>}
        {tally.lost > 0 && <span class="lost"> · {strings.rounds.lost(tally.lost)}</span>}
      </span>
    </span>
  );
}

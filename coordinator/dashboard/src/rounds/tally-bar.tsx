import { count } from '../format/format.ts';
import { type Ended, isCentral } from './central.ts';
import { words } from './words.ts';

const parts = ['accepted', 'late', 'lost'] as const;

/**
 * Outcome of a cohort, as a bar and in numbers; for a round without one, the note that the coordinator
 * trained.
 */
export function TallyBar({ round }: { readonly round: Ended }) {
  if (isCentral(round)) return <span class="muted">{words.central.round}</span>;
  const { tally } = round;
  const whole = Math.max(1, tally.cohort);
  return (
    <span class="tally">
      <span class="bar" aria-hidden="true">
        {parts.map(part => (
          <span key={part} class={`is-${part}`} style={{ inlineSize: `${(100 * tally[part]) / whole}%` }} />
        ))}
      </span>
      <span class="text">
        {words.list.ofCohort(count(tally.accepted), count(tally.cohort))}
        {tally.late > 0 && <span class="late"> · {words.list.late(tally.late)}</span>}
        {tally.lost > 0 && <span class="lost"> · {words.list.lost(tally.lost)}</span>}
      </span>
    </span>
  );
}

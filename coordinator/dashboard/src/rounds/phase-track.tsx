import type { LiveRound } from '@murmuration/api/overview';
import type { Phase } from '@murmuration/api/scalars';
import { roundPhases } from '@murmuration/protocol/messages/phases';
import { useNow } from '../context/dashboard.ts';
import { duration } from '../format/format.ts';
import { words } from './words.ts';

const plain: readonly Phase[] = ['gathering', 'updates', 'closing'];

/** Phases of a round in a row: past ones with their duration, the current one with its progress. */
export function PhaseTrack({ round, isMasked }: { readonly round: LiveRound; readonly isMasked: boolean }) {
  const now = useNow();
  const phases = isMasked ? roundPhases : plain;
  const current = phases.indexOf(round.phase);
  return (
    <ol class="track" aria-label={words.card.phases}>
      {phases.map((phase, i) => {
        const record = round.phases.find(each => each.phase === phase);
        const state = i < current ? 'over' : i === current ? 'current' : 'ahead';
        const began = record?.startedAt ? Date.parse(record.startedAt) : null;
        const ended = record?.endedAt ? Date.parse(record.endedAt) : null;
        const took = began === null ? null : (ended ?? Math.max(now, began)) - began;
        return (
          <li key={phase} class={state} {...(state === 'current' && { 'aria-current': 'step' as const })}>
            <span class="bar">
              <span
                style={{
                  inlineSize: `${100 * (state === 'over' ? 1 : state === 'current' ? doneOf(round) : 0)}%`,
                }}
              />
            </span>
            <span class="name">{words.phase(phase, round.query)}</span>
            <span class="took">
              {state === 'ahead' || took === null ? words.card.states[state] : duration(took)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** Progress of the current phase, 0 to 1. */
function doneOf({ quorum, unmasked }: LiveRound): number {
  if (quorum) return Math.min(1, quorum.accepted / Math.max(1, quorum.goal));
  return unmasked ?? 0.5;
}

import type { LiveRound } from '@murmuration/api/overview';
import { useMemo } from 'preact/hooks';
import { count } from '../format/format.ts';
import { flock, flockHeight, flockWidth, mostDots } from './flock-layout.ts';
import { words } from './words.ts';

/** Standings from the heart of the flock to its edge. */
const standings = ['done', 'working', 'waiting', 'late', 'lost'] as const;
type Standing = (typeof standings)[number];

type Cohort = LiveRound['cohort'];

/**
 * Cohort as a flock: finished devices at its heart, lost ones at its edge. Numbers below say the same as the
 * colours.
 */
export function CohortDots({
  cohort,
  isGathering,
}: {
  readonly cohort: Cohort;
  readonly isGathering: boolean;
}) {
  const each = Math.max(1, Math.ceil(cohort.size / mostDots));
  const birds = Math.ceil(cohort.size / each);
  const places = useMemo(() => flock(birds), [birds]);
  const shown = standingsOf(cohort, birds, each, isGathering);
  return (
    <div class="cohort">
      <svg class="flock" viewBox={`0 0 ${flockWidth} ${flockHeight}`} aria-hidden="true" focusable="false">
        {places.map(({ x, y, radius }, bird) => (
          <circle
            key={bird}
            class={`dot is-${shown[bird] ?? 'empty'}`}
            cx={x.toFixed(1)}
            cy={y.toFixed(1)}
            r={radius.toFixed(2)}
          />
        ))}
      </svg>
      <ul class="standings">
        {standings.map(standing => (
          <li key={standing} class={`is-${standing} ${cohort[standing] === 0 ? 'none' : ''}`}>
            <strong>{count(cohort[standing])}</strong> {words.card.standings[standing]}
          </li>
        ))}
      </ul>
      {each > 1 && <p class="muted">{words.card.scale(each)}</p>}
    </div>
  );
}

/** Standing of each dot; further dots have no device yet. */
function standingsOf(cohort: Cohort, birds: number, each: number, isGathering: boolean): Standing[] {
  const shown: Standing[] = [];
  for (const standing of isGathering ? (['waiting'] as const) : standings) {
    // At least one dot, so that a rare standing is visible.
    const dots = cohort[standing] === 0 ? 0 : Math.max(1, Math.round(cohort[standing] / each));
    for (let i = 0; i < dots && shown.length < birds; i++) shown.push(standing);
  }
  return shown;
}

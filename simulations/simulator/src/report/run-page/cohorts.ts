import { nothing, type Section } from '@murmuration/monitoring/kit/document';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../../run-events/run.ts';
import { roundPhases } from '../../run-events/run-event.ts';
import { cohortChart, phaseNames } from '../phase-charts.ts';

/** Renders the outcome of each round's cohort. */
export function cohorts(run: Run): Section {
  const [id, title] = ['cohorts', 'Cohorts and losses'];
  if (run.rounds.length === 0) return { id, title, before: nothing('No round has ended yet.') };
  return {
    id,
    title,
    figures: [
      { id: 'cohort', title: 'What became of each cohort', summary: told(run), chart: cohortChart(run) },
    ],
  };
}

function told({ rounds }: Run): string {
  const total = (of: (round: Run['rounds'][number]) => number) =>
    rounds.reduce((sum, round) => sum + of(round), 0);
  const all = total(({ tally }) => tally.cohort);
  const counted = total(({ tally }) => tally.accepted);
  const lost = roundPhases
    .map(phase => ({ phase, lost: total(({ phases }) => phases[phase]?.lost ?? 0) }))
    .filter(({ lost }) => lost > 0)
    .sort((one, other) => other.lost - one.lost);
  const counts = `Of ${quantity(all, 'count')} devices that were chosen in all, the updates of ${quantity(counted, 'count')} counted (${quantity(all > 0 ? counted / all : 0, 'share')}).`;
  if (lost.length === 0) return `${counts} None was lost.`;
  const [most] = lost;
  return `${counts} Most of the others were lost in ${phaseNames[most!.phase]}: ${quantity(most!.lost, 'count')}.`;
}

import { nothing, type Section } from '@murmuration/monitoring/kit/document';
import { tableMarkup } from '@murmuration/monitoring/kit/figure';
import { html } from '@murmuration/monitoring/kit/markup';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../../run-events/run.ts';
import { type PhaseFigures, roundPhases } from '../../run-events/run-event.ts';
import { overPhases } from '../curves.ts';
import { phaseNames, timeChart, trafficChart } from '../phase-charts.ts';

/** Renders time and traffic by phase. */
export function phases(run: Run): Section {
  const { rounds } = run;
  const [id, title] = ['phases', 'Time and traffic by phase'];
  if (rounds.length === 0) return { id, title, before: nothing('No round has ended yet.') };
  const sums = roundPhases.map(phase => {
    const sum = (of: (figures: PhaseFigures) => number) =>
      rounds.reduce((sum, { phases }) => sum + (phases[phase] ? of(phases[phase]) : 0), 0);
    return { phase, ms: sum(({ ms }) => ms), up: sum(({ up }) => up), down: sum(({ down }) => down) };
  });
  const total = (of: (figures: PhaseFigures) => number) =>
    rounds.reduce((sum, round) => sum + overPhases(round, of), 0);
  const [ms, bytes] = [total(({ ms }) => ms), total(({ up, down }) => up + down)];
  const longest = sums.reduce((one, other) => (other.ms > one.ms ? other : one));
  const heaviest = sums.reduce((one, other) => (other.up + other.down > one.up + one.down ? other : one));
  const rows = sums
    .filter(({ ms, up, down }) => ms + up + down > 0)
    .map(({ phase, ms: time, up, down }) => [
      phaseNames[phase],
      quantity(time / rounds.length, 'ms'),
      quantity(ms > 0 ? time / ms : 0, 'share'),
      quantity(up / rounds.length, 'bytes'),
      quantity(down / rounds.length, 'bytes'),
    ]);
  return {
    id,
    title,
    figures: [
      {
        id: 'time',
        title: 'Time of each round',
        summary: `A round took ${quantity(ms / rounds.length, 'ms')} on the clock of the devices, ${quantity(ms > 0 ? longest.ms / ms : 0, 'share')} of it ${phaseNames[longest.phase]}.`,
        chart: timeChart(run),
      },
      {
        id: 'traffic',
        title: 'Traffic of each round',
        summary: `All devices of a round sent and were sent ${quantity(bytes / rounds.length, 'bytes')}, ${quantity(bytes > 0 ? (heaviest.up + heaviest.down) / bytes : 0, 'share')} of it in ${phaseNames[heaviest.phase]}.`,
        chart: trafficChart(run),
      },
    ],
    after: html`<h3>A round on average</h3>${tableMarkup('A round on average', ['Phase', 'Time', 'Of the time', 'Up', 'Down'], rows)}`,
  };
}

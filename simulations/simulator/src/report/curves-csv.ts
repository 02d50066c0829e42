import { stringify } from 'csv-stringify/sync';
import type { Run } from '../run-events/run.ts';
import { type PhaseFigures, type RoundEnded, roundPhases } from '../run-events/run-event.ts';
import { heldOut, heldOutMetrics, overPhases, trainingMean, trainingMetrics } from './curves.ts';

type Cell = string | number | null;

/** Quantities counted per phase, by the prefix of their columns. */
const countedByPhase: Readonly<Record<string, (figures: PhaseFigures) => number>> = {
  ms: ({ ms }) => ms,
  lost: ({ lost }) => lost,
  bytes_up: ({ up }) => up,
  bytes_down: ({ down }) => down,
};

/**
 * Formats the curves of a run as CSV (RFC 4180), one line per round; cells of missing measurements are empty.
 */
export function curvesCsv(run: Run): string {
  const began = run.rounds[0]?.startedAt ?? 0;
  let bytes = 0;
  const columns = new Map<string, (round: RoundEnded) => Cell>([
    ['round', ({ number }) => number],
    ['outcome', ({ outcome }) => outcome],
    ['failed_during', ({ failure }) => failure?.during ?? null],
    ['failure', ({ failure }) => failure?.reason ?? null],
    ['started_ms', ({ startedAt }) => startedAt - began],
    ['ended_ms', ({ endedAt }) => endedAt - began],
    ['wall_seconds', ({ wallSeconds }) => wallSeconds],
    ['cohort', ({ tally }) => tally.cohort],
    ['accepted', ({ tally }) => tally.accepted],
    ['rejected', ({ tally }) => tally.rejected],
    ['late', ({ tally }) => tally.late],
    ['lost', ({ tally }) => tally.lost],
    ['bytes_up', round => overPhases(round, ({ up }) => up)],
    ['bytes_down', round => overPhases(round, ({ down }) => down)],
    ['bytes_so_far', round => (bytes += overPhases(round, ({ up, down }) => up + down))],
  ]);
  for (const metric of heldOutMetrics(run))
    columns.set(`held_out ${metric}`, round => heldOut(round, metric) ?? null);
  for (const metric of trainingMetrics(run))
    columns.set(`training ${metric}`, round => trainingMean(round, metric));
  for (const [name, of] of Object.entries(countedByPhase))
    for (const phase of roundPhases)
      columns.set(`${name} ${phase}`, ({ phases }) => (phases[phase] ? of(phases[phase]) : null));
  const rows = run.rounds.map(round => [...columns.values()].map(cell => cell(round)));
  return stringify([[...columns.keys()], ...rows], { record_delimiter: '\r\n' });
}

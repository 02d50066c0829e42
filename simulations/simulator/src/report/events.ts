import type { ChartEvent } from '@murmuration/monitoring/kit/chart';
import { nothing, type ReportContent } from '@murmuration/monitoring/kit/document';
import { eventsTable } from '@murmuration/monitoring/kit/figure';
import { quantity } from '@murmuration/monitoring/kit/quantities';
import { adversariesOf } from '../adversaries/adversaries.ts';
import { adversarySettings } from '../adversaries/settings.ts';
import type { Run } from '../run-events/run.ts';
import { type RoundEnded, roundPhases } from '../run-events/run-event.ts';
import { descriptionOf, heldOutCurve, heldOutMetrics, overPhases } from './curves.ts';
import { phaseNames } from './phase-charts.ts';

/** Maximum events of a page; the CSV has all rounds. */
const mostEvents = 40;
/** Share of a cohort whose loss is an event, and of a metric's range by which it has to fall to be one. */
const notable = 0.25;

/** Event whose weight is the share of the round, or of what was learned, that was at stake. */
type WeighedEvent = ChartEvent & { readonly weight: number };
type Found = readonly [weight: number, text: string];

/** Finds rounds that failed, lost many, refused updates, counted attackers, or learned the wrong way. */
export function eventsOf(run: Run): WeighedEvent[] {
  const { rounds, begun } = run;
  const given =
    adversarySettings.safeParse(begun.settings['adversaries']).data ?? adversarySettings.parse({});
  const { isAdversary } = adversariesOf(given, begun.seed);
  const falls = heldOutMetrics(run).flatMap(metric => fallsOf(run, metric));
  let bytes = 0;
  return rounds.flatMap(round => {
    const { number, failure, tally, training, endedAt } = round;
    bytes += overPhases(round, ({ up, down }) => up + down);
    const counted = training?.client ?? [];
    const attackers = counted.filter(isAdversary).length;
    const lost = (tally.late + tally.lost) / Math.max(1, tally.cohort);
    const found: Found[] = falls.flatMap(fall => (fall.round === number ? [fall.found] : []));
    if (failure) found.push([2, `failed during ${phaseNames[failure.during]}: ${failure.reason}`]);
    if (lost >= notable) found.push([lost, lossText(round)]);
    if (tally.rejected > 0) found.push([1, `${tally.rejected} of ${tally.cohort} updates refused`]);
    const attacks = `${attackers} of ${counted.length} counted devices attacked (${given.attack.kind})`;
    if (attackers > 0) found.push([attackers / counted.length, attacks]);
    const text = found.map(([, text]) => text).join('; ');
    const weight = found.reduce((sum, [weight]) => sum + weight, 0);
    return text ? [{ round: number, bytes, ms: endedAt - rounds[0]!.startedAt, text, weight }] : [];
  });
}

function lossText({ tally, phases }: RoundEnded): string {
  const lostIn = (phase: (typeof roundPhases)[number]) => phases[phase]?.lost ?? 0;
  const most = roundPhases.reduce((one, other) => (lostIn(other) > lostIn(one) ? other : one));
  return `${tally.late + tally.lost} of ${tally.cohort} devices lost or late, most in ${phaseNames[most]}`;
}

/** Returns the rounds after which a held-out metric was much worse than when it was measured before. */
function fallsOf(run: Run, metric: string): { round: number; found: Found }[] {
  const { unit, better } = descriptionOf(run, metric);
  const { round, value } = heldOutCurve(run.rounds, metric);
  const range = Math.max(...value) - Math.min(...value);
  return value.flatMap((to, i) => {
    const from = value[i - 1] ?? to;
    const fall = (better === 'higher' ? from - to : to - from) / (range || 1);
    const text = `${metric} went from ${quantity(from, unit)} to ${quantity(to, unit)}`;
    return fall >= notable ? [{ round: round[i]!, found: [fall, text] }] : [];
  });
}

/** Returns the heaviest events and their section; its rows lead to `figure`, the first that is marked. */
export function eventsSection(all: readonly WeighedEvent[], figure: string) {
  const events: ChartEvent[] = all
    .toSorted((one, other) => other.weight - one.weight)
    .slice(0, mostEvents)
    .sort((one, other) => one.round - other.round);
  const title =
    events.length < all.length ? `Events, the heaviest ${events.length} of ${all.length}` : 'Events';
  const none =
    'No round failed, lost a quarter of its devices, refused an update, counted an attacker, or learned the wrong way.';
  const before = events.length > 0 ? eventsTable(events, figure) : nothing(none);
  const section: ReportContent['sections'][number] = { id: 'events', title, before };
  return { events, section };
}

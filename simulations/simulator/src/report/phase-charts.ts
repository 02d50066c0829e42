import type { SeriesColour, StackChart } from '@murmuration/monitoring/kit/chart';
import type { Unit } from '@murmuration/monitoring/kit/quantities';
import type { Run } from '../run-events/run.ts';
import { type PhaseFigures, type RoundEnded, type RoundPhase, roundPhases } from '../run-events/run-event.ts';
import { barsFor } from './bars.ts';
import { rounded } from './learning-charts.ts';

/** Display names of the phases. */
export const phaseNames: Readonly<Record<RoundPhase, string>> = {
  gathering: 'gathering',
  keys: 'keys',
  shares: 'shares',
  updates: 'training and updates',
  agreement: 'agreement',
  unmasking: 'unmasking',
  closing: 'closing',
};

type Colours = Readonly<Record<RoundPhase, SeriesColour>>;

const phaseColours: Colours = {
  gathering: 8,
  keys: 6,
  shares: 3,
  updates: 1,
  agreement: 7,
  unmasking: 4,
  closing: 5,
};
/** Warm colours for losses, from the earliest phase to the latest. */
const lossColours: Colours = {
  gathering: 8,
  keys: 5,
  shares: 7,
  updates: 2,
  agreement: 3,
  unmasking: 4,
  closing: 6,
};

type Layer = { name: string; colour: SeriesColour; of: (round: RoundEnded) => number };

/** Makes a chart of each round's cohort: accepted updates, devices lost by phase, refused updates. */
export function cohortChart({ rounds }: Run): StackChart {
  return stack(rounds, 'count', 'devices', [
    { name: 'counted', colour: 1, of: ({ tally }) => tally.accepted },
    ...byPhase(rounds, lossColours, ({ lost }) => lost).map(layer => ({
      ...layer,
      name: `lost in ${layer.name}`,
    })),
    ...(rounds.some(({ tally }) => tally.rejected > 0)
      ? [{ name: 'refused', colour: 8 as const, of: ({ tally }: RoundEnded) => tally.rejected }]
      : []),
  ]);
}

/** Makes a chart of the durations of each round's phases. */
export function timeChart({ rounds }: Run): StackChart {
  const layers = byPhase(rounds, phaseColours, ({ ms }) => ms);
  return stack(rounds, 'ms', 'time of a round', layers);
}

/** Makes a chart of the bytes up and down in each round's phases. */
export function trafficChart({ rounds }: Run): StackChart {
  const layers = byPhase(rounds, phaseColours, ({ up, down }) => up + down);
  return stack(rounds, 'bytes', 'traffic of a round', layers);
}

/** Returns a layer for each phase in which anything was counted. */
function byPhase(rounds: Run['rounds'], colours: Colours, of: (figures: PhaseFigures) => number): Layer[] {
  const ofRound = (phase: RoundPhase) => (round: RoundEnded) =>
    round.phases[phase] ? of(round.phases[phase]) : 0;
  return roundPhases
    .filter(phase => rounds.some(round => ofRound(phase)(round) > 0))
    .map(phase => ({ name: phaseNames[phase], colour: colours[phase], of: ofRound(phase) }));
}

function stack(rounds: Run['rounds'], unit: Unit, label: string, layers: readonly Layer[]): StackChart {
  const { perBar, mean } = barsFor(rounds.length);
  return {
    kind: 'stack',
    unit,
    label,
    roundsPerBar: perBar,
    round: mean(rounds.map(({ number }) => number)).map(rounded),
    layers: layers.map(({ of, ...rest }) => ({ ...rest, value: mean(rounds.map(of)).map(rounded) })),
  };
}

import type { Run } from '../run-events/run.ts';
import { type PhaseFigures, type RoundEnded, type RoundPhase, roundPhases } from '../run-events/run-event.ts';
import { barsFor } from './bars.ts';
import type { Colour, StackChart } from './chart.ts';
import { rounded } from './learning-charts.ts';
import type { Unit } from './quantities.ts';

/** What a person reads for a phase. */
export const phaseNames: Readonly<Record<RoundPhase, string>> = {
  gathering: 'gathering',
  keys: 'keys',
  shares: 'shares',
  updates: 'training and updates',
  agreement: 'agreement',
  unmasking: 'unmasking',
  closing: 'closing',
};

const phaseColours: Readonly<Record<RoundPhase, Colour>> = {
  gathering: 8,
  keys: 6,
  shares: 3,
  updates: 1,
  agreement: 7,
  unmasking: 4,
  closing: 5,
};

/** Losses are warm, from the earliest phase to the latest. */
const lossColours: Readonly<Record<RoundPhase, Colour>> = {
  gathering: 8,
  keys: 5,
  shares: 7,
  updates: 2,
  agreement: 3,
  unmasking: 4,
  closing: 6,
};

type Layer = { name: string; colour: Colour; of: (round: RoundEnded) => number };

/** What became of the cohort of each round: whose updates counted, who was lost in which phase, whose were refused. */
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

/** How long the phases of each round lasted. */
export function timeChart({ rounds }: Run): StackChart {
  return stack(
    rounds,
    'ms',
    'time of a round',
    byPhase(rounds, phaseColours, ({ ms }) => ms),
  );
}

/** How many bytes went up and down in the phases of each round. */
export function trafficChart({ rounds }: Run): StackChart {
  return stack(
    rounds,
    'bytes',
    'traffic of a round',
    byPhase(rounds, phaseColours, ({ up, down }) => up + down),
  );
}

/** Phases in which anything was counted at all. */
function byPhase(
  rounds: Run['rounds'],
  colours: Readonly<Record<RoundPhase, Colour>>,
  of: (figures: PhaseFigures) => number,
): Layer[] {
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
    layers: layers.map(({ name, colour, of }) => ({
      name,
      colour,
      value: mean(rounds.map(of)).map(rounded),
    })),
  };
}

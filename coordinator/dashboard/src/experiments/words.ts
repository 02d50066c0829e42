import type { ExperimentMessage } from '@murmuration/api/experiment';
import { count, counted, duration, figure, moment, percent } from '../format/format.ts';
import { type Arm, type Metric, standingOf } from './standing.ts';

type Difference = NonNullable<Arm['difference']>;
type Interval = Difference['interval'];

/** Values of p below which the split looks odd; below `broken` it is broken. */
const odd = 0.05;
const broken = 0.001;

const value = (metric: Metric, of: number): string => {
  if (metric === 'accuracy' || metric === 'failures') return percent(of);
  return metric === 'latency' ? duration(of) : figure(of);
};

/** Size of a difference of values, without its sign. */
const amount = (metric: Metric, of: number): string => {
  const size = Math.abs(of);
  if (metric === 'accuracy' || metric === 'failures') {
    const points = figure(100 * size);
    return `${points} ${points === '1' ? 'point' : 'points'}`;
  }
  return metric === 'latency' ? duration(size) : figure(size);
};

const signed = (metric: Metric, of: number): string =>
  `${of < 0 ? '−' : of > 0 ? '+' : ''}${amount(metric, of)}`;

/** Difference with its interval. */
const measured = (metric: Metric, { effect, interval }: Pick<Difference, 'effect' | 'interval'>): string => {
  const [low, high] = interval;
  const between =
    low === null || high === null
      ? 'could be anything'
      : `between ${signed(metric, low)} and ${signed(metric, high)}`;
  return `${signed(metric, effect)}, ${between}`;
};

const chance = (of: number): string => {
  if (of > 0.999) return 'over 99.9 %';
  return of < 0.001 ? 'under 0.1 %' : percent(of);
};

const named = ({ name, version }: Pick<Arm, 'name' | 'version'>) => `${name} (version ${count(version)})`;

/** Cost of choosing an arm now, and its probability to be the best; undefined if not known yet. */
const cost = (arm: Arm | undefined, metric: Metric): string | undefined => {
  if (!arm || arm.best === null || arm.loss === null) return undefined;
  const isNothing = arm.loss <= 1e-4 * Math.abs(arm.value?.mean ?? 0);
  const loss = isNothing ? 'next to nothing' : `${amount(metric, arm.loss)} on average`;
  return `${arm.name} is the best with a chance of ${chance(arm.best)}. Choosing it now costs ${loss}.`;
};

const consequences = (arm: Arm, metric: Metric): string[] => [
  'The experiment ends.',
  `Everybody gets ${named(arm)}, and newer versions wait until somebody serves them.`,
  cost(arm, metric) ?? 'Too little is known to say what this costs.',
];

/** Units that are compared: keys, or devices that have answered. */
export function unitsOf({ arms, query }: Pick<ExperimentMessage, 'arms' | 'query'>): number {
  return arms.reduce((sum, arm) => sum + (query === null ? arm.units : arm.outcomes), 0);
}

export const words = {
  lead: 'Some requests get one version, others another. What becomes of them says which one does better.',
  none: 'No experiment runs.',
  command: (task: string) => `murmuration experiments start ${task} FILE`,
  form: {
    label: 'Begin an experiment',
    name: 'Name',
    nameHint: 'Small letters, digits and hyphens.',
    kind: 'Kind',
    kinds: {
      ab: 'side by side: everybody gets one of the versions',
      canary: 'canary: 1 %, 10 % and 50 % get a new version, for an hour each',
      mirror: 'mirror: a version is asked too, and answers nobody',
    } satisfies Record<ExperimentMessage['kind'], string>,
    versions: 'Versions',
    versionsHint: 'Numbers: side by side the control first, then the others; else the new one.',
    metric: 'Compared by',
    more: 'For other shares, steps and guards, describe it in a file, and begin it with',
    begin: 'Begin it',
    done: 'The experiment has begun.',
  },
  kinds: { ab: 'side by side', canary: 'canary', mirror: 'mirror' } satisfies Record<
    ExperimentMessage['kind'],
    string
  >,
  outcomes: {
    running: 'running',
    stopped: 'stopped',
    broken: 'broken',
    guarded: 'ended by a guard',
    ended: 'time is over',
    promoted: 'promoted',
    overtaken: 'overtaken',
  } satisfies Record<ExperimentMessage['outcome'], string>,
  metrics: {
    accuracy: 'Accuracy',
    error: 'Mean error',
    failures: 'Failures',
    latency: 'Mean latency',
  } satisfies Record<Metric, string>,
  verdict: (experiment: ExperimentMessage) => {
    const { kind, outcome, arms } = experiment;
    if (outcome === 'broken') return 'What it measured can’t be trusted';
    if (kind === 'mirror') {
      const [only] = arms;
      if (!only || only.agreed === null) return 'Nothing was mirrored yet';
      return `The same answer in ${percent(only.agreed)} of ${counted(only.requests, 'request')}`;
    }
    const { control, winner, isKnown } = standingOf(experiment);
    if (!isKnown || !control) return 'Too little is known yet';
    if (!winner) return 'There is no winner yet';
    if (winner === control) return `${control.name} is better than every other arm`;
    const effect = winner.difference?.effect ?? 0;
    return `${winner.name} is better than ${control.name} by ${amount(experiment.metric, effect)}`;
  },
  certainty: (experiment: ExperimentMessage) => {
    const { kind, metric, alpha } = experiment;
    if (kind === 'mirror') return 'A mirror answers for nobody, so it has no winner.';
    const { winner, likeliest } = standingOf(experiment);
    const sure = winner
      ? `That is wrong with a chance of at most ${figure(100 * alpha)} %, whenever you look. `
      : '';
    return `${sure}${cost(likeliest, metric) ?? ''}`;
  },
  progress: ({ arms, planned, query }: Pick<ExperimentMessage, 'arms' | 'planned' | 'query'>) => {
    const units = unitsOf({ arms, query });
    return `${count(units)} of ${counted(planned, query === null ? 'planned key' : 'planned device')}`;
  },
  armsOf: (experiment: string) => `Arms of ${experiment}`,
  columns: {
    arm: 'Arm',
    share: 'Share',
    units: 'Keys',
    requests: 'Requests',
    outcomes: 'Outcomes',
    difference: 'Difference from the control',
    best: 'Chance to be best',
    came: 'Devices',
    answered: 'Answered',
    predictions: 'Predictions',
    agreed: 'Same answer',
    dropped: 'Left out',
    failures: 'Failed requests',
    latency: 'Latency',
  },
  winner: 'better',
  control: 'control',
  version: (number: number) => `version ${count(number)}`,
  value,
  chance,
  failures: ({ failures, requests }: Arm) => `${count(failures)} of ${count(requests)}`,
  range: (metric: Metric, [low, high]: Interval) =>
    low === null || high === null ? '' : `${value(metric, low)} to ${value(metric, high)}`,
  difference: (metric: Metric, difference: Difference) => {
    const written = measured(metric, difference);
    return { written, drawn: `${written}: ${difference.isDecided ? 'decided' : 'undecided'}` };
  },
  unadjusted: (metric: Metric, difference: NonNullable<Difference['unadjusted']>) =>
    `Without the covariate: ${measured(metric, difference)}`,
  stop: {
    label: 'Stop',
    title: 'Stop the experiment?',
    consequences: [
      'Everybody gets the version that is served again.',
      'What was measured is kept. The experiment can’t go on.',
    ],
    confirm: 'Stop the experiment',
    done: 'The experiment is over.',
  },
  promote: (arm: Arm, metric: Metric) => ({
    label: `Promote ${arm.name}`,
    title: `Let everybody have ${arm.name}?`,
    consequences: consequences(arm, metric),
    confirm: 'Let everybody have it',
    done: `Everybody gets ${named(arm)}.`,
  }),
  facts: {
    metric: 'Compared by',
    covariate: 'Known before',
    ratio: 'Split of the keys',
    guards: 'Ends by itself',
    step: 'Step',
    key: 'Takes part',
    devices: 'From devices',
    devicesRatio: 'Devices by arm',
    begun: 'Begun',
    ends: 'Ends at the latest',
  },
  metric: (metric: Metric) =>
    `${words.metrics[metric]}: ${metric === 'accuracy' ? 'more' : 'less'} is better.`,
  covariate: ({ in: place, name, known, removed }: NonNullable<ExperimentMessage['covariate']>) => ({
    known: `The ${place} ${name}, of ${counted(known, 'key')}`,
    removed:
      removed === null
        ? 'Differences are not adjusted by it yet.'
        : `It takes ${percent(removed)} of the variance out of differences.`,
  }),
  ratio: (p: number, query: string | null) => {
    const [bad, doubtful, good] =
      query === null
        ? ['Keys do not fall as they should', 'Keys may not fall as they should', 'Keys fall as they should.']
        : [
            'Devices do not come, or answer, in all arms alike',
            'Devices may not come, or answer, in all arms alike',
            'Devices come, and answer, in all arms alike.',
          ];
    if (p < broken) return { tone: 'worse', text: `${bad} (p = ${figure(p)}).` };
    if (p < odd) return { tone: 'late', text: `${doubtful} (p = ${figure(p)}).` };
    return { tone: 'better', text: good };
  },
  fromDevices: ({ arms, query }: Pick<ExperimentMessage, 'arms' | 'query'>) => {
    const came = arms.reduce((sum, { units }) => sum + units, 0);
    const answered = arms.reduce((sum, { outcomes }) => sum + outcomes, 0);
    return [
      `${count(answered)} of ${counted(came, 'device')} with outcomes have answered the query “${query}”, in masked sums of one arm each.`,
      'A unit is a device, which answers once, with its share of good predictions: predictions of one device are alike, and count as one value.',
    ];
  },
  predictions: ({ answers }: Arm) =>
    answers ? `${count(answers.good)} good of ${count(answers.predictions)}` : '–',
  guard: ({ metric, worseBy }: ExperimentMessage['guards'][number]) =>
    worseBy === 0
      ? `Where an arm is worse than the control: ${words.metrics[metric].toLowerCase()}.`
      : `Where an arm is worse than the control by over ${amount(metric, worseBy)}: ${words.metrics[metric].toLowerCase()}.`,
  noGuards: 'Only where the split is broken.',
  step: ({ number, of, share, until }: NonNullable<ExperimentMessage['step']>) =>
    `${count(number)} of ${count(of)}: ${percent(share)} at least until ${moment(until)}`,
  key: ({
    key: { in: place, name },
    layer: { from, to },
    query,
  }: Pick<ExperimentMessage, 'key' | 'layer' | 'query'>) =>
    query === null
      ? `${percent(to - from, 0)} of the keys, by the ${place} ${name}`
      : `${percent(to - from, 0)} of the devices, by their ids`,
  full: 'More came than are told apart: of further ones a part is counted.',
  by: (who: string) => `by ${who}`,
  past: 'Past experiments',
  pastColumns: {
    experiment: 'Experiment',
    end: 'Ended',
    arms: 'Arms',
    units: 'Keys or devices',
    verdict: 'What it said',
  },
  armOf: ({ name, version }: Arm) => `${name} ${count(version)}`,
};

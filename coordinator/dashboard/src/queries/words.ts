import type { LiveRound } from '@murmuration/api/overview';
import type { EstimateMessage, FiguresMessage, TaskQueryMessage } from '@murmuration/api/query';
import type { VocabularyStandingMessage } from '@murmuration/api/vocabulary';
import { count, counted, duration, figure, moment, percent, plainDuration } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import type { Bin } from './histogram.ts';
import type { Next } from './standing.ts';

type Single = Extract<FiguresMessage, { readonly kind: 'count' | 'sum' | 'mean' | 'distinct' }>;
type Kind = TaskQueryMessage['kind'];

const wholeNumber = (value: number) => count(Math.round(value));

/** Rate per 100 devices. */
const ofHundred = (perDevice: number) => figure(100 * perDevice);

const connected = (devices: number) =>
  `${counted(devices, 'connected device is', 'connected devices are')} eligible; those answer whose apps allow it.`;

const range = ({ low, high }: Pick<EstimateMessage, 'low' | 'high'>, write: (value: number) => string) =>
  `${write(low)} to ${write(high)}`;

export const words = {
  lead: 'Devices answer questions in masked rounds. The coordinator sees one sum; what a single device says, nobody sees.',
  none: 'No queries defined. Add them to the task’s definition, in “queries”.',
  others: 'Queries of other tasks:',
  unknown: (name: string) => `This task has no query “${name}”.`,
  list: 'What is asked',
  columns: {
    query: 'Query',
    newest: 'Newest result',
    devices: 'Devices',
    when: 'When',
    next: 'Asked next',
    threshold: 'Threshold',
    period: 'Period',
  },
  kinds: {
    count: 'Count',
    sum: 'Sum',
    mean: 'Mean',
    histogram: 'Histogram',
    top: 'Ranking',
    distinct: 'Different values',
    outcomes: 'Outcomes',
    arm: 'Arms',
    evaluation: 'Evaluation',
    'heavy-hitters': 'Frequent texts',
    numbers: 'Numbers',
    ngrams: 'N-grams',
  } satisfies Record<Kind, string>,
  never: 'never asked',
  nothing: 'Nothing shown',
  threshold: (devices: number) => counted(devices, 'device'),
  period: (ms: number) => (ms === 0 ? 'any time' : plainDuration(ms)),
  byCommand: 'by command',
  whenResumed: 'once the task is resumed',
  nextRound: 'in the next round',
  now: 'now',
  version: ({ version, model }: { readonly version: number | null; readonly model: string }) =>
    version === null ? `version ${model.slice(0, 12)}` : `version ${count(version)}`,
  few: 'too few devices told of it',
  told: ({ devices, predictions }: { readonly devices: number; readonly predictions: number | null }) =>
    predictions === null
      ? counted(devices, 'device')
      : `${counted(devices, 'device')}, ${counted(predictions, 'prediction')}`,
  outcomes: (query: string) => `Outcomes of predictions by version: ${query}`,
  outcomesOf: 'What became of predictions, by version. Lines show the 95 % interval for all devices.',
  armOf:
    'What became of predictions on devices of one arm. Each device counts once, by its share of them; lines show the 95 % interval for all devices.',
  /** Newest of the versions that devices evaluated. */
  newestOf: <Of extends { readonly version: number | null }>(versions: readonly Of[]): Of | undefined =>
    versions.toSorted((a, b) => (b.version ?? -1) - (a.version ?? -1))[0],
  evaluated: ({ devices, examples }: { readonly devices: number; readonly examples: number }) =>
    `${counted(devices, 'device')}, ${counted(examples, 'held-out example')}`,
  evaluatedBy: 'Means over devices, each on held-out examples of its own; intervals resample devices.',
  part: (slice: string | null) => (slice === null ? 'all examples' : `slice ${slice}`),
  /** Short summary of a query's result. */
  summary: (figures: FiguresMessage): string => {
    switch (figures.kind) {
      case 'count':
        return `${percent(figures.share.value)} of devices`;
      case 'sum':
        return figure(figures.sum.value);
      case 'mean':
        return `${figure(figures.mean.value)} on average`;
      case 'histogram': {
        const median = figures.quantiles.find(({ quantile }) => quantile === 0.5)?.value ?? null;
        if (median !== null) return `median ${figure(median)}`;
        const most = figures.bins.toSorted((a, b) => b.count - a.count)[0];
        return most && most.count > 0 ? `most often ${words.bin(most)}` : 'no values';
      }
      case 'distinct':
        return `about ${wholeNumber(figures.distinct.value)} different`;
      case 'sketch':
        return 'first of two rounds';
      case 'numbers':
        return counted(figures.found, 'number');
      case 'ngram-sketch':
        return `sketch of ${figures.length}-grams`;
      case 'ngrams':
        return words.ngrams(figures);
      case 'heavy-hitters': {
        const most = figures.texts.slice(0, 3).map(({ text }) => text);
        const more = figures.texts.length > most.length ? ', …' : '';
        return most.length === 0
          ? 'no text'
          : `${counted(figures.texts.length, 'text')}: ${most.join(', ')}${more}`;
      }
      case 'top': {
        const found = figures.items.filter(each => each.count > 0).slice(0, 3);
        return found.length === 0 ? 'no item' : found.map(({ item }) => item).join(', ');
      }
      case 'arm': {
        const [first] = figures.outcomes;
        return first
          ? `${percent(first.rate.value)} ${first.outcome}, ${words.version(figures)}`
          : 'no outcome';
      }
      case 'outcomes': {
        const shown = figures.versions.find(({ predictions }) => predictions !== null);
        const [first] = shown?.outcomes ?? [];
        return shown && first
          ? `${percent(first.share.value)} ${first.outcome}, ${words.version(shown)}`
          : 'too few devices of each version';
      }
      case 'evaluation': {
        const newest = words.newestOf(figures.versions);
        const [first] = newest?.parts[0]?.metrics ?? [];
        return newest && first
          ? `${first.metric} ${figure(first.mean.value)}, ${words.version(newest)}`
          : 'too few devices';
      }
    }
  },
  asking: {
    heading: 'Asking',
    /**
     * @param round number of the current round.
     * @param now ms since 1970.
     */
    verdict: (next: Next, round: number | null, now: number) => {
      switch (next.is) {
        case 'asked':
          return `Devices are being asked, in round ${count(round ?? 0)}`;
        case 'soon':
          return 'Devices are asked in the next round';
        case 'later':
          return `Asked next in ${duration(Math.max(0, Date.parse(next.at) - now))}`;
        case 'paused':
          return 'Asked again once the task is resumed';
        case 'by-command':
          return 'Asked by command only';
        case 'spent':
          return 'Not asked any more: its privacy budget is spent';
      }
    },
    after: (round: number) => `Round ${count(round)} is running; devices are asked when it is over.`,
    /** @param now ms since 1970. */
    further: (
      { number, of, failures, isAutomatic, until }: NonNullable<TaskQueryMessage['further']>,
      now: number,
    ) => {
      const which = `Round ${count(number)} of the ${count(of)} of this query comes next`;
      if (failures === 0) return `${which}.`;
      const failed = `${which}. It has failed ${failures === 1 ? 'once' : `${count(failures)} times`}`;
      return isAutomatic
        ? `${failed} and is asked again by itself, of devices that have not answered it.`
        : `${failed} and is asked again by command. In ${duration(Math.max(0, Date.parse(until) - now))} the query begins with its first round.`;
    },
    watch: 'Watch the round',
    quorum: (isGathering: boolean, { accepted, goal, minimum }: NonNullable<LiveRound['quorum']>) =>
      `${counted(accepted, isGathering ? 'device' : 'message')} of ${terms.wanted(goal, minimum)}`,
    facts: {
      ready: 'Devices that may answer',
      threshold: 'Shown from',
      period: 'A device answers once in',
      every: 'Asked by itself',
    },
    /** @param share share of all devices that may answer the next round. */
    ready: (devices: number, share: number) =>
      `${count(devices)} connected, as far as their apps allow it${share < 1 ? `; the next round asks the ${percent(share, 0)} of devices that are on its side of their text` : ''}`,
    every: (ms: number | null) => (ms === null ? 'never' : `every ${plainDuration(ms)}`),
    readOnly: 'Your role can view queries; operators can ask them.',
    ask: ({ threshold, period }: TaskQueryMessage, running: number | null, eligible: number) => ({
      label: 'Ask now',
      title: 'Ask devices now?',
      consequences: [
        running === null
          ? 'Devices are asked in the next round, even if the task is paused. It makes no version.'
          : `Devices are asked as soon as round ${count(running)} is over, even if the task is paused.`,
        `${connected(eligible)} At least ${count(threshold)} have to answer, or nothing is shown.`,
        ...(period > 0
          ? [`Devices that answered within the last ${plainDuration(period)} do not answer again.`]
          : []),
        'Who asked is in the audit log.',
      ],
      confirm: 'Ask devices',
      done: 'Devices are asked in the next round.',
    }),
  },
  vocabulary: {
    heading: 'New words',
    proposed: (words: number) =>
      words === 0 ? 'No words are proposed' : `${counted(words, 'word is', 'words are')} proposed`,
    devices: (devices: number) => counted(devices, 'device', 'devices'),
    more: (words: number) => `and ${counted(words, 'other', 'others')}`,
    waiting: 'Added, and in force when the coordinator starts next:',
    how: (words: number, { threshold, atOnce, room }: NonNullable<VocabularyStandingMessage['growth']>) =>
      `The vocabulary has ${counted(words, 'word', 'words')}. Words that ${counted(threshold, 'device has', 'devices have')}, or more, are found, with how many have them. ` +
      `Operators add them, ${count(atOnce)} at once at most; there is room for ${count(room)}.`,
    added: ({ words, at, by }: NonNullable<VocabularyStandingMessage['added']>) =>
      `${counted(words, 'word was', 'words were')} added in all, the last by ${by}, ${moment(at)}.`,
    grow: (words: number, areChosen: boolean) => ({
      label: 'Add words',
      title: `Add ${counted(words, 'word', 'words')} to the vocabulary?`,
      consequences: [
        `The words that ${areChosen ? 'you have chosen' : 'most devices have'} are added behind the others. None is taken out once it is in force.`,
        'The model grows when the coordinator starts next. Release the app with these words soon after.',
        'Who added them is in the audit log.',
      ],
      confirm: 'Add words',
      done: 'The words are added.',
    }),
  },
  budget: {
    heading: 'Privacy budget',
    epsilon: (spent: number | null) => (spent === null ? 'No ε holds' : `ε ${figure(spent)}`),
    isSpent: 'The budget is spent; devices are not asked any more.',
    of: (epsilon: number, delta: number) => `of ε ${figure(epsilon)} at δ ${delta.toExponential()}`,
    sums: (steps: number, rounds: number) => `${count(steps)} of ${count(rounds)} sums are open.`,
    together: (epsilon: number | null, delta: number) =>
      epsilon === null
        ? 'For all that this task has released, no ε holds.'
        : `With all else that this task released under a budget, ε is ${figure(epsilon)} at δ ${delta.toExponential()}.`,
  },
  result: {
    heading: 'Result',
    none: 'There is no result yet: devices were never asked.',
    noneShown: 'No round of this query has shown anything yet.',
    of: 'Result of',
    choice: (number: number, at: string) => `Round ${count(number)}, ${at}`,
    from: (devices: number) => `${counted(devices, 'device')} answered`,
    failed: (number: number, reason: string | null) =>
      `Round ${count(number)} shows nothing. ${reason ?? ''}`,
    round: (number: number) => `Round ${count(number)}`,
    csv: 'Download CSV',
    json: 'Download JSON',
    table: 'As a table',
    tableOf: (query: string) => `Result of ${query}, as a table`,
    noise: (deviation: number) =>
      `Devices added noise with a standard deviation of ${figure(deviation)}. The intervals allow for it.`,
    trimmed: 'Bins without values before and after these are left out.',
    more: (items: number) => `${counted(items, 'more item')} in the table.`,
  },
  /** Main figure of a result. */
  headline: (figures: Single): { readonly value: string; readonly what: string } => {
    switch (figures.kind) {
      case 'count':
        return {
          value: percent(figures.share.value),
          what: `It is so on ${counted(figures.count, 'device')} of those that answered.`,
        };
      case 'sum':
        return { value: figure(figures.sum.value), what: 'Summed over the devices that answered.' };
      case 'mean':
        return {
          value: figure(figures.mean.value),
          what: `On average; devices deviate by ${figure(figures.deviation)} from it.`,
        };
      case 'distinct':
        return {
          value: wholeNumber(figures.distinct.value),
          what: `Different values on the devices that answered; the standard error is ${figure(figures.error)}.`,
        };
    }
  },
  interval: (figures: Single): string => {
    switch (figures.kind) {
      case 'count':
        return `${range(figures.share, value => percent(value))} of all devices, with 95 % confidence`;
      case 'sum':
        return figures.noise === undefined
          ? `${range(figures.sum, figure)}, as far as rounding reaches`
          : `${range(figures.sum, figure)}, as far as rounding and 95 % of the noise reach`;
      case 'mean':
        return `${range(figures.mean, figure)} over all devices, with 95 % confidence`;
      case 'distinct':
        return `${range(figures.distinct, wholeNumber)}, with 95 % confidence`;
    }
  },
  deviation: 'The light band is where most devices are: one deviation around the mean.',
  bin: ({ from, to }: Pick<Bin, 'from' | 'to'>): string => {
    if (from === null) return to === null ? 'any' : `below ${figure(to)}`;
    return to === null ? `above ${figure(from)}` : `${figure(from)} to ${figure(to)}`;
  },
  bar: (name: string, { value, low, high }: EstimateMessage) =>
    `${name}: ${ofHundred(value)} of 100 devices (${ofHundred(low)} to ${ofHundred(high)})`,
  ofHundred,
  wholeNumber,
  end: (value: number) => percent(value, 0),
  number: figure,
  range,
  perHundred: 'Values of 100 devices',
  whiskers: 'Lines show the 95 % interval for all devices.',
  bands: 'Paler parts show the 95 % interval for all devices.',
  histogram: (query: string) => `Histogram of ${query}`,
  ranking: (query: string) => `Ranking of ${query}`,
  sketch: (buckets: number) =>
    `Devices have said in which ${count(buckets)} buckets their texts are that enough of them share. The second round reads those.`,
  numbers: (found: number) =>
    `${counted(found, 'number')} that as many devices have as the threshold. Download the figures to read which.`,
  ngrams: ({ length, found }: { readonly length: number; readonly found: number }) =>
    counted(found, `${length}-gram`),
  ngramSketch: (length: number) =>
    `Devices have said in a sketch which ${length}-grams they have. The next round counts those that enough of them may share.`,
  noTexts: 'No text is on as many devices as the threshold.',
  texts: (query: string) => `Texts of ${query}`,
  perHundredDevices: 'Of 100 devices',
  unread: (texts: number) => `${counted(texts, 'more text')} of as many devices could not be read.`,
  chance: (chance: number) =>
    `A text that no more devices have than the threshold is found with a chance of ${percent(chance)}.`,
  noValues: 'No device had a value.',
  quantiles: 'Quantiles, each with its 95 % interval',
  quantile: (quantile: number) => (quantile === 0.5 ? 'median' : `${figure(100 * quantile)} %`),
  quantileText: (quantile: number) =>
    quantile === 0.5 ? 'Half of all values are below' : `${figure(100 * quantile)} % of all values are below`,
  beyond: 'beyond the bins',
  between: (low: number | null, high: number | null) => {
    if (low === null) return high === null ? 'anything' : `${figure(high)} or less`;
    return high === null ? `${figure(low)} or more` : `${figure(low)} to ${figure(high)}`;
  },
  table: {
    what: {
      count: 'Figure',
      sum: 'Figure',
      mean: 'Figure',
      histogram: 'Bin',
      top: 'Item',
      distinct: 'Figure',
      outcomes: 'Version and outcome',
      arm: 'Outcome',
      evaluation: 'Version, examples and metric',
      sketch: 'Figure',
      'heavy-hitters': 'Text',
      numbers: 'Figure',
      'ngram-sketch': 'Figure',
      ngrams: 'Figure',
    } satisfies Record<FiguresMessage['kind'], string>,
    count: {
      count: 'Devices',
      sum: 'Values',
      mean: 'Values',
      histogram: 'Values',
      top: 'Values',
      distinct: 'Values',
      outcomes: 'Predictions',
      arm: 'Predictions',
      evaluation: 'Devices',
      sketch: 'Buckets',
      'heavy-hitters': 'Devices',
      numbers: 'Numbers',
      'ngram-sketch': 'Places',
      ngrams: 'N-grams',
    },
    value: {
      count: 'Share',
      sum: 'Value',
      mean: 'Value',
      histogram: 'Of 100 devices',
      top: 'Of 100 devices',
      distinct: 'Value',
      outcomes: 'Share',
      arm: 'Share on a device',
      evaluation: 'Mean',
      sketch: 'Value',
      'heavy-hitters': 'Of 100 devices',
      numbers: 'Value',
      'ngram-sketch': 'Value',
      ngrams: 'Value',
    },
    interval: '95 % interval',
    rounding: 'With rounding',
    others: 'others, not on the list',
  },
  rows: {
    share: 'it is so',
    sum: 'sum',
    mean: 'mean',
    deviation: 'deviation of devices',
    distinct: 'different values',
    error: 'standard error',
    heavy: 'heavy buckets',
    numbers: 'numbers on as many devices as the threshold',
    ngrams: (length: number) => `${length}-grams on as many devices as the threshold`,
    places: (length: number) => `places of the sketch of ${length}-grams that enough devices fill`,
  },
  trend: 'Over time',
  time: 'end of the round',
  measured: {
    count: 'share of devices',
    sum: 'sum over the devices that answered',
    mean: 'mean of devices',
    histogram: 'quantiles of values',
    top: 'values of 100 devices',
    distinct: 'different values',
    outcomes: 'share of predictions of the newest version',
    arm: 'share of predictions of a device',
    evaluation: 'metrics of the newest version',
    sketch: 'heavy buckets',
    'heavy-hitters': 'of 100 devices',
    numbers: 'numbers that enough devices have',
    'ngram-sketch': 'places of the sketch',
    ngrams: 'n-grams that enough devices have',
  } satisfies Record<FiguresMessage['kind'], string>,
  estimate: { count: 'share', sum: 'sum', mean: 'mean', distinct: 'different values' },
  low: 'at least',
  high: 'at most',
};

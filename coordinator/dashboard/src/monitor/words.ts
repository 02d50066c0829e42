import type { DriftComparison, MonitoredFeature, MonitoredVersion } from '@murmuration/api/monitor';
import { count, counted, figure, moment, percent } from '../format/format.ts';

export const words = {
  lead: 'Inputs are compared with the first inputs received. Only histograms are stored.',
  off: 'Drift isn’t watched here. Set “inference.drift” in the configuration to start.',
  none: 'Nobody has asked a version yet. The first requests become its reference.',
  devices: {
    heading: 'On devices',
    lead: 'What became of predictions, by version, as devices said it in masked sums. Intervals are of 95 %.',
    query: (task: string, query: string) => `${task}: ${query}`,
  },
  version: 'Version',
  versionOf: (model: string, version: string) =>
    version.startsWith('devices: ')
      ? `${model}, answers of devices to ${version.slice('devices: '.length)}`
      : `${model}, version ${version}`,
  state: 'At a glance',
  verdict: ({ last, reference }: MonitoredVersion) => {
    if (!reference) return 'Gathering what this version is compared with';
    if (!last) return 'No window has been compared yet';
    const found = `${count(last.drifted)} of ${counted(last.compared, 'feature')} drifted`;
    if (last.isDrifted) return `The data has drifted: ${found}`;
    return last.drifted > 0 ? `Some features drifted: ${found}` : 'No drift';
  },
  origins: {
    traffic: (rows: number, from: string, to: string) =>
      `Compared with the first ${counted(rows, 'row')} that it was asked, ${moment(from)} to ${moment(to)}.`,
    window: (rows: number, from: string, to: string) =>
      `Compared with a window that somebody chose: ${counted(rows, 'row')}, ${moment(from)} to ${moment(to)}.`,
    sample: (rows: number, _from: string, to: string) =>
      `Compared with a sample that somebody gave: ${counted(rows, 'row')}, ${moment(to)}.`,
  },
  progress: ({ reference, rows, needed, until }: MonitoredVersion) => {
    const so = `${count(rows)} of ${counted(needed, 'row')}`;
    if (!reference) return `Reference: ${so}`;
    if (rows < needed || until === null) return `Open window: ${so}`;
    return `Open window: ${counted(rows, 'row')}, open until ${moment(until)}`;
  },
  report: 'Open the report',
  train: 'See its training',
  useWindow: {
    label: 'Use the newest window as reference',
    title: 'Compare with the newest window from now on?',
    consequences: [
      'What is normal is now what the newest window holds.',
      'The window that is open begins again.',
    ],
    confirm: 'Use it',
    done: 'The newest window is the reference.',
  },
  gather: {
    label: 'Gather a new reference',
    title: 'Gather a new reference?',
    consequences: [
      'The next rows that this version is asked become its reference.',
      'Nothing is compared until there are enough of them.',
    ],
    confirm: 'Gather it',
    done: 'A new reference is being gathered.',
  },
  drift: 'Features that drifted',
  accuracy: 'Accuracy',
  accuracyAxis: 'share of outcomes that the best guess was right about',
  shareAxis: 'share of features',
  enough: 'enough for drift of the data',
  value: 'accuracy',
  lower: 'at least, with 95 % confidence',
  upper: 'at most',
  hour: 'hour, and outcomes that came of it',
  ofHour: (at: string, outcomes: number) => `${moment(at)}, ${counted(outcomes, 'outcome')}`,
  window: 'window',
  features: 'Features',
  featuresHint: 'Of the newest window: the reference in grey, the window in colour.',
  noFeatures: 'The first window isn’t complete.',
  columns: {
    feature: 'Feature',
    finding: 'Finding',
    distribution: 'Distribution',
    score: 'Score',
    missing: 'Missing',
    actions: 'Actions',
  },
  roles: { feature: '', prediction: 'said by the model', target: 'outcome' },
  finding: ({ drift, isExpected }: MonitoredFeature) => {
    if (!drift) return 'not compared';
    if (!drift.drifted) return 'stable';
    return isExpected ? 'drifted, as expected' : 'drifted';
  },
  since: (at: string) => `since ${moment(at)}`,
  score: ({ title, measures, score, threshold }: NonNullable<MonitoredFeature['drift']>) =>
    `${title} ${figure(score)}; drifts ${measures === 'p-value' ? 'below' : 'from'} ${figure(threshold)}`,
  missing: ({ reference, current }: MonitoredFeature['missing']) => `${count(reference)} → ${count(current)}`,
  drawn: (name: string) => `${name}: shares of the reference and of the window`,
  bar: (label: string, before: number, after: number) =>
    `${label}: ${percent(before)}, now ${percent(after)}`,
  others: 'others',
  expect: (name: string) => `Expect drift of ${name}`,
  expectShort: 'Expect it',
  unexpect: (name: string) => `Don’t expect drift of ${name}`,
  unexpectShort: 'Don’t expect it',
  expected: (name: string) => `Drift of ${name} no longer counts.`,
  unexpected: (name: string) => `Drift of ${name} counts again.`,
  settings: 'How windows are compared',
  settingsHint: 'For this model. What you leave empty is as in the configuration.',
  fields: {
    every: { label: 'A window lasts at least (minutes)', hint: 'And until it holds enough rows.' },
    atLeast: {
      label: 'Rows of a window at least',
      hint: 'Few rows differ by chance; a thousand rarely do.',
    },
    share: {
      label: 'Features that make drift (%)',
      hint: 'From then on triggers start a training, and alerts fire.',
    },
    test: { label: 'Test', hint: 'How the counts of a window are compared with those of the reference.' },
    threshold: { label: 'Threshold', hint: 'Empty: the one of the test.' },
    correction: {
      label: 'Correction for many tests',
      hint: 'Only p-values are corrected: those of χ² and of the likelihood ratio.',
    },
  },
  tests: {
    'jensen-shannon': 'Jensen–Shannon distance',
    'chi-squared': 'χ², p',
    psi: 'Population stability index',
    hellinger: 'Hellinger distance',
    'kullback-leibler': 'Kullback–Leibler divergence',
    'total-variation': 'Total variation',
    'likelihood-ratio': 'Likelihood ratio, p',
  } satisfies Record<DriftComparison['test'], string>,
  corrections: {
    none: 'None',
    bonferroni: 'Bonferroni',
    'benjamini-hochberg': 'Benjamini–Hochberg',
  } satisfies Record<DriftComparison['correction'], string>,
  asConfigured: (value: string) => `As configured: ${value}`,
  configured: {
    every: ({ every }: DriftComparison) => count(every / 60_000),
    atLeast: ({ atLeast }: DriftComparison) => count(atLeast),
    share: ({ share }: DriftComparison) => percent(share, 0),
    threshold: ({ threshold }: DriftComparison) =>
      threshold === null ? 'the one of the test' : figure(threshold),
  },
  save: 'Save',
  saved: 'The next window is compared like that.',
};

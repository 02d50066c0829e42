import type { InferenceModelState, InferenceVersion } from '@murmuration/api/inference';
import { count, duration, figure, percent } from '../format/format.ts';

interface Quota {
  readonly requests: number;
  readonly hours: number;
}

export const words = {
  lead: 'The coordinator answers inference requests with the versions that devices serve. Figures are of the last hour.',
  summary: 'At a glance',
  requests: 'requests',
  errors: 'errors',
  pending: 'under way',
  memory: 'Memory of models',
  memoryUsed: (used: string, budget: string) => `${used} of ${budget}`,
  draining: 'The server is stopping: it answers what is under way and refuses the rest.',
  models: 'Models',
  modelsHint: 'A version is loaded when somebody asks for it, and makes room when memory runs short.',
  none: 'No task here has a model that can be served. Models with private layers stay on their devices.',
  states: {
    loaded: 'loaded',
    idle: 'loads on request',
    unloaded: 'unloaded',
    failed: 'failed',
  } satisfies Record<InferenceModelState, string>,
  columns: {
    model: 'Model',
    state: 'State',
    memory: 'Memory',
    rate: 'Requests',
    latency: 'Median / p99',
    queue: 'Wait',
    batch: 'Rows a batch',
    errors: 'Errors',
    accuracy: 'Accuracy',
    known: 'Outcomes known',
    asked: 'Last asked',
    actions: 'Actions',
  },
  version: (value: string) => `Version ${value}`,
  rate: (perSecond: number, requests: number) =>
    requests === 0 ? '–' : `${figure(perSecond)}/s, ${count(requests)} in the hour`,
  latency: (p50: number | null, p99: number | null) =>
    p50 === null || p99 === null ? '–' : `${precise(p50)} / ${precise(p99)}`,
  span: (ms: number | null) => (ms === null ? '–' : precise(ms)),
  batch: (rows: number | null) => (rows === null ? '–' : figure(rows)),
  quality: (feedback: InferenceVersion['feedback']) => {
    if (feedback?.accuracy) {
      const { value, low, high } = feedback.accuracy;
      return `${percent(value)} (${percent(low)} to ${percent(high)})`;
    }
    return feedback?.error == null ? '–' : `off by ${figure(feedback.error)}`;
  },
  known: (share: number, outcomes: number) => `${percent(share)}, ${count(outcomes)}`,
  never: 'never',
  load: 'Load',
  loadTitle: (model: string) => `Load ${model}?`,
  loadConsequences: ['The version that requests mean is loaded and run once. It answers requests again.'],
  loadDone: (model: string) => `${model} is loaded.`,
  unload: 'Unload',
  unloadTitle: (model: string) => `Unload ${model}?`,
  unloadConsequences: [
    'All versions of the model leave memory once their requests are answered.',
    'Further requests are refused until somebody loads the model. Devices are not affected.',
  ],
  unloadDone: (model: string) => `${model} is unloaded.`,
  latencies: 'Latency',
  latencyAxis: 'ms',
  median: 'median',
  p99: 'p99',
  throughput: 'Requests a minute',
  answered: 'answered',
  failed: 'failed',
  minute: 'minute',
  show: 'Model',
  all: 'All models',
  recent: 'Newest requests',
  recentHint: 'Neither what they held nor who asked is kept here.',
  noRequests: (base: string) => `Nobody has asked yet. Try: curl ${base}/v2/models`,
  recentColumns: { time: 'Time', model: 'Model', protocol: 'Protocol', took: 'Took', outcome: 'Outcome' },
  tokens: {
    heading: 'Inference tokens',
    hint: 'Programs use these tokens to ask models, over REST and gRPC. Tokens from the configuration aren’t listed.',
    none: 'No inference token has been created here. Without one, only programs on the coordinator’s machine may ask.',
    rights: {
      predict: 'ask',
      manage: 'load and unload',
      feedback: 'give feedback',
      monitor: 'report as a replica',
      read: 'read models',
    },
    allModels: 'all',
    limits: (rate: { readonly perSecond: number } | null, quota: Quota | null) =>
      [rate && `${figure(rate.perSecond)}/s`, quota && `${count(quota.requests)} in ${figure(quota.hours)} h`]
        .filter(limit => limit !== null)
        .join(', ') || 'none',
    revokeConsequences: [
      'The next request with this token is refused. You can’t undo this.',
      'If it was the last one, nobody can ask without a token all the same.',
    ],
  },
  ok: 'answered',
  unknownModel: 'unknown',
  showAll: (requests: number) => `Show all ${count(requests)}`,
};

/** Formats ms with a decimal below ten, for fast models. */
function precise(ms: number): string {
  return ms < 10 ? `${figure(ms)} ms` : duration(ms);
}

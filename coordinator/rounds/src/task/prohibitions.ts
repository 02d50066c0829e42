import type { UpdateSettings } from '@murmuration/protocol/messages/plan';
import { wrongTask } from '../configuration/config-error.ts';
import type { Strategy, SumStrategy } from '../strategy/strategy.ts';

/** Part of a task that decides which of its features can be combined. */
export interface Choices {
  readonly given: {
    readonly strategy: Strategy;
    readonly plan: { readonly proximal: number; readonly privateLayers: readonly string[] };
  };
  readonly update: UpdateSettings;
  readonly isMasked: boolean;
  readonly isPrivate: boolean;
  readonly isAsynchronous: boolean;
  /** Devices add the noise of a privacy budget. */
  readonly isNoisy: boolean;
}

const sums = ({ given: { strategy } }: Choices): Partial<SumStrategy> =>
  strategy.consumes === 'sum' ? strategy : {};

/** Map from a feature's name in the reference to a test for it. */
const others = {
  masking: ({ isMasked }: Choices) => isMasked,
  privacy: ({ isPrivate }: Choices) => isPrivate,
  'privacy with noise by devices': ({ isNoisy }: Choices) => isNoisy,
  'cohort.mode "asynchronous"': ({ isAsynchronous }: Choices) => isAsynchronous,
  'update.kind "float32"': ({ update }: Choices) => update.kind !== 'ring',
  'update.weighting "examples"': ({ update }: Choices) => update.weighting !== 'uniform',
  'update.kind "float32" or update.weighting "examples"': ({ update }: Choices) =>
    update.kind !== 'ring' || update.weighting !== 'uniform',
  'update.compression': ({ update }: Choices) => update.compression !== undefined,
  'plan.proximal above 0': ({ given }: Choices) => given.plan.proximal > 0,
  'plan.privateLayers': ({ given }: Choices) => given.plan.privateLayers.length > 0,
  'a strategy of single updates': ({ given }: Choices) => given.strategy.consumes === 'each',
  'a strategy of single updates or groups': ({ given }: Choices) => given.strategy.consumes !== 'sum',
  'a strategy that weighs by losses': (task: Choices) => sums(task).fairness !== undefined,
  'a strategy that moves the clip': (task: Choices) => sums(task).clip !== undefined,
  'a strategy that weighs by losses, or has control variates': (task: Choices) =>
    Boolean(sums(task).fairness || sums(task).control),
};

type Other = keyof typeof others;

/**
 * Map from a feature to the features that it can't be combined with, each with its error message, in the
 * order of the checks. {strategy}, {compression}, {proximal} and {zeros} are placeholders for the task's
 * values.
 */
export const prohibitions = {
  'a strategy of single updates': {
    masking:
      'the strategy {strategy} needs single updates, and masking shows only their sum; set masking "off", or choose a strategy of sums such as fedAvg()',
  },
  privacy: {
    'a strategy of single updates or groups':
      'the strategy {strategy} needs more than the sum of all updates, and a privacy budget adds noise to that sum; choose a strategy of sums such as fedAvg(), or no privacy',
    'update.kind "float32" or update.weighting "examples"':
      'privacy takes update.kind "ring" and update.weighting "uniform": a device that weighs more than others would need more noise',
  },
  'a strategy that weighs by losses': {
    'update.kind "float32"':
      'the strategy {strategy} divides by what devices send beside their update; set update.kind "ring"',
    privacy:
      'the strategy {strategy} weighs devices by their losses, and a privacy budget takes equal weights; choose another strategy of sums such as fedAvg(), or no privacy',
    'cohort.mode "asynchronous"':
      'the strategy {strategy} compares the losses of one model, and devices of an asynchronous task train from several; leave cohort.mode "synchronous", or choose another strategy such as fedAvg()',
  },
  'a strategy that moves the clip': {
    'update.kind "float32"':
      'the strategy {strategy} counts in the sum who was within the clip; set update.kind "ring"',
    'update.compression':
      'the strategy {strategy} counts who was within the clip by the whole update; leave update.compression out',
    'cohort.mode "asynchronous"':
      'the strategy {strategy} moves one clip for all, and devices of an asynchronous task have several; leave cohort.mode "synchronous"',
    'privacy with noise by devices':
      'the strategy {strategy} counts in the sum who was within the clip, and devices add no noise to that count; let the coordinator add the noise, or leave the clip fixed',
  },
  'update.perLayer': {
    'update.compression':
      'update.perLayer clips whole layers, and update.compression sends parts of them; leave it out',
    'a strategy that moves the clip':
      'update.perLayer has no single norm, which the strategy {strategy} counts by; leave it out',
    'a strategy that weighs by losses':
      'update.perLayer has no single norm, by which the strategy {strategy} weighs devices; leave it out',
  },
  'plan.optimizer': {
    'a strategy that weighs by losses, or has control variates':
      "plan.optimizer can't be combined with the strategy {strategy}, which counts on steps of plain gradient descent; leave one of them out",
  },
  'a strategy with control variates': {
    'update.kind "float32"': 'the strategy {strategy} takes quantised updates; set update.kind "ring"',
    'update.weighting "examples"':
      'the strategy {strategy} adds up control variates of devices that count the same; set update.weighting "uniform", not "examples"',
    'plan.proximal above 0':
      'the strategy {strategy} corrects the drift of devices itself, and would take the pull of FedProx for a gradient; set plan.proximal 0, not {proximal}',
    'plan.privateLayers':
      'the strategy {strategy} has control variates for all layers of the model, and plan.privateLayers keeps some to each device; leave them out',
    privacy:
      'the strategy {strategy} sends twice the values of an update, and a privacy budget adds noise to the update only; choose another strategy of sums such as fedAvg(), or no privacy',
    'cohort.mode "asynchronous"':
      'the strategy {strategy} corrects steps by the control variate of one version, and devices of an asynchronous task train from several; leave cohort.mode "synchronous", or choose another strategy such as fedAvg()',
  },
  'update.compression': {
    'update.kind "float32"':
      'update.compression.kind "{compression}" rounds what it sends; set update.kind "ring", not "float32"',
    privacy:
      'update.compression.kind "{compression}" can\'t be combined with privacy: which values are sent, and what is kept of others, tells of the examples, and ε does not count that. Leave it out, or use fewer update.bits',
    'cohort.mode "asynchronous"':
      'update.compression.kind "{compression}" can\'t be combined with cohort.mode "asynchronous", whose buffers take whole updates; leave the mode "synchronous"',
    'a strategy of single updates':
      'update.compression.kind "{compression}" can\'t be combined with the strategy {strategy}, which compares single updates: {zeros} % of their values would be zeros',
    'a strategy that weighs by losses, or has control variates':
      'update.compression.kind "{compression}" can\'t be combined with the strategy {strategy}, which needs whole updates',
  },
  'update.compression other than "randomMask"': {
    masking:
      'update.compression.kind "{compression}" can\'t be masked: each device sends other values, and masks hide the same ones of all. Use "randomMask", or masking "off"',
  },
} satisfies Readonly<Record<string, Readonly<Partial<Record<Other, string>>>>>;

/** Throws `config.invalid` if the task also has a feature that can't be combined with `feature`. */
export function refuseTogether(feature: keyof typeof prohibitions, task: Choices): void {
  const { strategy, plan } = task.given;
  const { compression } = task.update;
  const named: Readonly<Record<string, unknown>> = {
    strategy: strategy.name,
    compression: compression?.kind,
    proximal: plan.proximal,
    zeros: compression && Math.round(100 * (1 - compression.fraction)),
  };
  for (const [other, sentence] of Object.entries(prohibitions[feature]))
    if (others[other as Other](task))
      throw wrongTask(`${sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(named[name]))}`);
}

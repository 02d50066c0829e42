import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { didYouMean } from '@murmuration/protocol/errors/nearest';
import { mostAnswers } from '@murmuration/protocol/messages/check-in';
import { type Floors, heldFloors, mostRecorded, type PrivacyFloor, threats } from '../floors/floors.ts';
import type { HybridOptions } from '../hybrid/hybrid-options.ts';
import type { WeightsPrior } from '../hybrid/weights-prior.ts';
import type { AnswerOptions } from '../queries/answer-options.ts';
import type { EnergyModel } from '../session/costs.ts';
import { baseOf } from '../transport/address.ts';
import type { ClientOptions, TaskOptions } from './options.ts';

/** Kind of an option: its test, the words for it in errors, and a check of its contents. */
type Kind = readonly [
  is: (value: unknown) => boolean,
  what: string,
  inside?: (path: string, value: never) => void,
];
type Kinds<Options> = { readonly [Name in keyof Required<Options>]: Kind };

const isSource = (value: unknown): boolean =>
  typeof value === 'string' && /^[a-z][a-z0-9-]{0,62}$/.test(value);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isFunction = (value: unknown): boolean => typeof value === 'function';
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const has =
  (...methods: readonly string[]) =>
  (value: unknown): boolean =>
    isObject(value) && methods.every(name => isFunction((value as Record<string, unknown>)[name]));
const isIn = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;
const isWhole = (value: unknown, least: number, most: number): boolean =>
  isIn(value, least, most) && Number.isInteger(value);
const isListOf = (is: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is);
/** True for 32 bytes, also from another realm, such as a frame or a worker. */
const isKey = (value: unknown): boolean =>
  ArrayBuffer.isView(value) && value.byteLength === 32 && 'length' in value && value.length === 32;

const method: Kind = [isFunction, 'a function'];
const flag: Kind = [value => typeof value === 'boolean', 'true or false'];
const fraction: Kind = [value => isIn(value, 0, 1) && value !== 1, 'a number from 0 to 1 (excluded)'];
const whole = (least: number, most: number): Kind => [
  value => isWhole(value, least, most),
  `a whole number from ${least} to ${most}`,
];
const ms = (most: number): Kind => [
  value => isWhole(value, 0, most),
  `a whole number of ms from 0 to ${most}`,
];
const count = whole(1, 1_000_000);
const limit: Kind = [
  value => value === Infinity || isWhole(value, 1, mostRecorded),
  `a whole number from 1 to ${mostRecorded}, or Infinity`,
];
const oneOf = (...words: readonly string[]): Kind => [
  value => words.includes(value as string),
  words.map(word => `"${word}"`).join(' or '),
];
const record = <Options>(kinds: Kinds<Options>, ...required: readonly (keyof Options)[]): Kind => [
  isObject,
  'an object',
  (path: string, value: Options) => {
    const names = Object.keys(kinds) as (keyof Options & string)[];
    for (const name of Object.keys(value as object))
      if (!names.includes(name as never))
        throw new MurmurationError(
          'options.invalid',
          `There is no option ${path}.${name}.${didYouMean(name, names)}`,
        );
    for (const name of names)
      if (value[name] !== undefined || required.includes(name))
        requireKind(`${path}.${name}`, value[name], kinds[name]);
  },
];

const above0 = (most: number): Kind => [
  value => isIn(value, Number.MIN_VALUE, most),
  `a number above 0, up to ${most}`,
];

const cost: Kind = [value => isIn(value, 0, 1e6), 'a number from 0 to 1000000'];

const pins = oneOf('pinned', 'any');

const privacy = record<PrivacyFloor>(
  { epsilon: above0(1e6), delta: above0(1), noiseBy: oneOf('devices', 'coordinator') },
  'epsilon',
  'delta',
);

const floors = record<Floors>({
  masking: oneOf(...threats, 'off'),
  enrolmentKey: [isKey, 'an Ed25519 key, a Uint8Array of 32 bytes'],
  population: [isText, 'the name of a population'],
  corrupt: fraction,
  dropping: record({ least: fraction, most: fraction, checked: fraction }),
  smallestCohort: count,
  smallestSum: count,
  mostShare: above0(1),
  leastExamples: count,
  mostPasses: whole(1, 100),
  learningRate: above0(1_000),
  mostVersions: whole(1, 64),
  clip: above0(1e6),
  controlClip: above0(1e6),
  leastFraction: above0(1),
  bits: whole(2, 24),
  ownDraw: flag,
  topology: pins,
  contributions: record({ day: limit, model: limit }),
  privacy: [
    value => pins[0](value) || isObject(value),
    `${pins[1]} or an object`,
    (path: string, value: never) => pins[0](value) || requireKind(path, value, privacy),
  ],
  uploadSlot: ms(3_600_000),
  queryThreshold: whole(3, 1_000_000),
  queryPeriod: ms(31_622_400_000),
});

const isWeights = (value: unknown): boolean =>
  isObject(value) &&
  Object.values(value).every(weight => isIn(weight, 0, 1)) &&
  // Leaves room for a rounding error.
  Object.values(value).reduce((sum, weight) => sum + weight, 0) < 1 + 1e-9;
const weights = 'weights from 0 to 1 by the names of personal models, at most 1 together';

const prior = record<WeightsPrior>(
  {
    weights: [isWeights, weights],
    bins: [value => isObject(value) && Object.values(value).every(isWeights), `by bins ${weights}`],
    questions: above0(1e9),
  },
  'weights',
  'questions',
);

const hybrid = record<HybridOptions>(
  {
    serving: [isObject, 'an object'],
    personal: [isListOf(isObject), 'a list of personal models'],
    prior,
    inference: [has('open', 'close'), 'an inference: open and close'],
    margin: [value => isIn(value, 0, Infinity), 'a number from 0, or Infinity'],
    adopt: oneOf('at-once', 'when-idle'),
    remote: flag,
    refitAfter: count,
  },
  'serving',
);

const answer = record<AnswerOptions>(
  {
    kinds: [isListOf(isText), 'a list of names of kinds'],
    answer: method,
    source: [isSource, 'a lower-case letter, then up to 62 lower-case letters, digits and hyphens'],
    slice: method,
  },
  'kinds',
);

const task = record<TaskOptions>(
  {
    examples: method,
    trainer: [
      value => has('train', 'close')(value) || (isObject(value) && 'href' in value),
      'the URL of a module, or a trainer: train and close',
    ],
    privateLayers: [isListOf(isText), 'a list of names of layers'],
    growable: [
      value => isObject(value) && Object.values(value).every(rows => isWhole(rows, 1, 2 ** 31)),
      'the most rows of each tensor, by its name',
    ],
    bundled: method,
    hybrid,
    answers: [
      value => isObject(value) && Object.keys(value).length <= mostAnswers,
      `an object of at most ${mostAnswers} answers, by name`,
      (path: string, all: NonNullable<TaskOptions['answers']>) => {
        for (const [name, options] of Object.entries(all)) requireKind(`${path}.${name}`, options, answer);
      },
    ],
  },
  'examples',
  'trainer',
);

const origins = (example: string): Kind => [
  isListOf(value => typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value),
  `a list of origins, such as "${example}"`,
];

const names = oneOf('auto', 'sockets', 'http');

const client = record<ClientOptions>(
  {
    url: [
      value => baseOf(value) !== undefined,
      'an http or https address, such as "https://learn.example.org"',
    ],
    tasks: [
      isObject,
      'an object of tasks, by name',
      (path: string, tasks: ClientOptions['tasks']) => {
        for (const [name, options] of Object.entries(tasks)) requireKind(`${path}.${name}`, options, task);
      },
    ],
    storage: [has('get', 'put', 'delete', 'clear'), 'a storage'],
    enrolment: [value => isText(value) || isFunction(value), 'a token, or a function that gets one'],
    certificate: method,
    consent: oneOf('asked', 'not-needed'),
    cells: origins('https://cell-1.example.org'),
    buckets: origins('https://s3.example.org'),
    transport: [
      value => names[0](value) || has('open', 'close', 'request', 'download', 'upload')(value),
      `${names[1]} or a transport`,
    ],
    cleartext: oneOf('allowed'),
    floors,
    readToken: [isText, 'an inference token'],
    energy: record<EnergyModel>({ joulesPerByteDown: cost, joulesPerByteUp: cost, watts: cost }),
  },
  'url',
  'tasks',
  'storage',
  'enrolment',
);

/**
 * Returns the coordinator's URL of valid options. Throws `options.invalid` for the first unknown, missing or
 * invalid option, at any depth.
 */
export function requireOptions(options: ClientOptions): URL {
  requireKind('options', options, client);
  const { masking, smallestSum, dropping, enrolmentKey, population } = heldFloors(options.floors);
  if (!enrolmentKey !== !population)
    throw invalid('options.floors.population', 'there where enrolmentKey is, and only there', population);
  // With masking off, the coordinator sees each update anyway, so the size of sums hides nothing.
  if (smallestSum < 3 && masking !== 'off')
    throw invalid('options.floors.smallestSum', '3 or more unless masking is "off"', smallestSum);
  if (dropping.least > dropping.most)
    throw invalid('options.floors.dropping.least', `no more than "most", ${dropping.most}`, dropping.least);
  return baseOf(options.url) as URL;
}

function requireKind(path: string, value: unknown, [is, what, inside]: Kind): void {
  if (!is(value)) throw invalid(path, what, value);
  inside?.(path, value as never);
}

/** Returns the error `options.invalid` with the path, the expected kind, and the value. */
export function invalid(path: string, what: string, value: unknown): MurmurationError {
  // Other types may hold private data of the app, so only their type is shown.
  const shown =
    isIn(value, -Infinity, Infinity) || typeof value === 'string' ? JSON.stringify(value) : typeof value;
  return new MurmurationError('options.invalid', `${path} has to be ${what}, not ${shown}.`);
}

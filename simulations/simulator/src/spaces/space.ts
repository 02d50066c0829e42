import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { didYouMean } from '@murmuration/protocol/errors/nearest';
import type { PlainData } from '../run-events/run-event.ts';
import { type Dimension, dimensionsOf } from './dimensions.ts';
import { distributionName, distributionNames, type SettingDistribution } from './distributions.ts';
import type { GivenSpace } from './given-space.ts';

/** Search space, checked and with defaults except those that depend on the scenario. */
export interface Space extends Required<Omit<GivenSpace, 'metric' | 'rounds' | 'rungs'>> {
  readonly metric: string | undefined;
  readonly rounds: number | undefined;
  readonly rungs: number | undefined;
  /** Each choice that a trial makes. */
  readonly dimensions: readonly Dimension[];
}

const mostSettings = 100;
const maxChoices = 1_000;

/**
 * Checks the space of a file or a scenario.
 * @throws `config.invalid`, saying what is wrong, where, and what to do
 */
export function readSpace(given: unknown, subject: string): Space {
  const refuse = (what: string) => new MurmurationError('config.invalid', `${subject}: ${what}`);
  if (!isPlain(given))
    throw refuse('a space is an object with "settings": where the values of each setting come from.');
  const { settings = {}, ...rest } = given;
  for (const name of Object.keys(rest)) {
    if (names.includes(name)) continue;
    throw refuse(
      name.includes('.')
        ? `"${name}" stands beside "settings"; put it into them.`
        : `a space has no "${name}".${didYouMean(name, names)}`,
    );
  }
  if (!isPlain(settings)) throw refuse('"settings" is an object with a distribution for each path.');
  const paths = Object.keys(settings);
  if (paths.length === 0)
    throw refuse(
      'it has no settings, so there is nothing to search; give one at least, such as "plan.learningRate": { "logUniform": [0.01, 1] }.',
    );
  if (paths.length > mostSettings) throw refuse(`it has ${paths.length} settings; ${mostSettings} at most.`);
  for (const [path, distribution] of Object.entries(settings)) {
    if (distributionName(distribution) === undefined)
      throw refuse(
        `${path}: this is no distribution but ${told(distribution)}; give one of ${distributionNames.join(', ')}, such as { "uniform": [0, 1] }.${nearestName(distribution)}`,
      );
    check(distribution, path, refuse);
  }
  const whole = (name: keyof GivenSpace, least: number, most: number): number | undefined => {
    const value = rest[name];
    if (value === undefined || value === null) return undefined;
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
      return value as number;
    throw refuse(`"${name}" is a whole number from ${least} to ${most}, not ${told(value)}.`);
  };
  const { metric, training = 'federated' } = rest;
  if (metric !== undefined && typeof metric !== 'string')
    throw refuse(`"metric" is the name of a metric, not ${told(metric)}.`);
  if (training !== 'federated' && training !== 'central')
    throw refuse(`"training" is federated or central, not ${told(training)}.`);
  const checked = settings as Readonly<Record<string, SettingDistribution>>;
  return {
    settings: checked,
    dimensions: dimensionsOf(checked),
    metric,
    training,
    trials: whole('trials', 1, 1_000) ?? 27,
    rounds: whole('rounds', 1, 1_000_000),
    eta: whole('eta', 2, 10) ?? 3,
    rungs: whole('rungs', 1, 20),
    leaders: whole('leaders', 1, 20) ?? 3,
    repeats: whole('repeats', 1, 20) ?? 2,
    finals: whole('finals', 1, 20) ?? 3,
    grid: whole('grid', 2, 100) ?? null,
    searches: whole('searches', 1, 20) ?? 1,
  };
}

const names = [
  'settings',
  'metric',
  'training',
  'trials',
  'rounds',
  'eta',
  'rungs',
  'leaders',
  'repeats',
  'finals',
  'grid',
  'searches',
];

type Refuse = (what: string) => MurmurationError;

/**
 * Throws for a distribution that gives no values, or that can't be drawn from; checks alternatives
 * recursively.
 */
function check(value: unknown, path: string, refuse: Refuse): void {
  const name = distributionName(value);
  if (name === undefined) {
    if (Array.isArray(value)) for (const part of value) check(part, path, refuse);
    else if (isPlain(value))
      for (const [key, part] of Object.entries(value)) check(part, `${path}.${key}`, refuse);
    else if (!isScalar(value)) throw refuse(`${path}: ${told(value)} is not plain data.`);
    return;
  }
  const given = (value as Readonly<Record<string, unknown>>)[name];
  if (!Array.isArray(given)) throw refuse(`${path}: ${name} takes a list, not ${told(given)}.`);
  if (name === 'choice' || name === 'oneOf') {
    if (given.length < 2)
      throw refuse(
        `${path}: ${name} has ${given.length === 0 ? 'nothing to choose from' : 'one value only'}; give two or more, or set it with --set.`,
      );
    if (given.length > maxChoices)
      throw refuse(`${path}: ${name} has ${given.length} values; ${maxChoices} at most.`);
    for (const each of given) {
      if (name === 'choice') requirePlain(each, path, refuse);
      else check(each, path, refuse);
    }
    return;
  }
  const [low, high] = given;
  const range = `${name}(${given.map(told).join(', ')})`;
  if (given.length !== 2 || !Number.isFinite(low) || !Number.isFinite(high))
    throw refuse(`${path}: ${range} takes two finite numbers, the lower end and the upper one.`);
  if (low >= high)
    throw refuse(
      `${path}: ${range} is an empty range; give a lower end below the upper one, or set it with --set.`,
    );
  if (name === 'logUniform' && low <= 0)
    throw refuse(
      `${path}: ${range} begins at ${low}, which has no logarithm; give a lower end above 0, such as 0.001, or a uniform range.`,
    );
  if (name === 'integer' && !(Number.isSafeInteger(low) && Number.isSafeInteger(high)))
    throw refuse(`${path}: ${range} takes whole numbers.`);
}

function requirePlain(value: unknown, path: string, refuse: Refuse): asserts value is PlainData {
  if (isScalar(value)) return;
  if (!Array.isArray(value) && !isPlain(value)) throw refuse(`${path}: ${told(value)} is not plain data.`);
  if (distributionName(value) !== undefined)
    throw refuse(`${path}: choice takes values; oneOf takes alternatives with distributions in them.`);
  for (const part of Object.values(value)) requirePlain(part, path, refuse);
}

function isScalar(value: unknown): boolean {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function told(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function nearestName(value: unknown): string {
  const [name] = isPlain(value) ? Object.keys(value) : [];
  return name === undefined ? '' : didYouMean(name, distributionNames);
}

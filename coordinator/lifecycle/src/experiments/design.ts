import { type ExperimentTerms, guardsByDefault } from '@murmuration/api/experiment';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { VersionName } from '@murmuration/rounds/promotion/version-aliases';
import type { Task } from '@murmuration/rounds/task/task';
import type { KeyField } from '@murmuration/serving/experiments/experiment';
import type { Experiment, ExperimentArm } from './experiment.ts';

/** Inputs of a design, in addition to the experiment's terms. */
interface Surroundings {
  readonly task: Task;
  readonly champion: VersionName;
  /** True if requests are measured. */
  readonly isMeasured: boolean;
  /** True if an experiment of the task has this name. */
  readonly isTaken: boolean;
  /** Running experiments of all tasks. */
  readonly running: readonly Experiment[];
  readonly version: (number: number) => Promise<ModelHash | undefined>;
}

export type Designed = Pick<
  Experiment,
  | 'name'
  | 'kind'
  | 'layer'
  | 'key'
  | 'covariate'
  | 'arms'
  | 'metric'
  | 'alpha'
  | 'planned'
  | 'guards'
  | 'steps'
  | 'atLeast'
  | 'devices'
  | 'query'
>;

/** Headers that identify a person. */
const secret = new Set(['authorization', 'cookie', 'proxy-authorization']);
const maxTrafficError = 1e-9;

/**
 * Designs an experiment from its terms. Throws `request.invalid` if its split can't be kept to, and
 * `model.missing` for versions that don't exist.
 */
export async function design(terms: ExperimentTerms, given: Surroundings): Promise<Designed> {
  const { name, kind, metric, alpha, planned, atLeast, query } = terms;
  const devices = terms.devices || query !== null;
  const guards = terms.guards ?? guardsByDefault(query);
  const { task, running, isTaken } = given;
  if (query !== null) refuseUnaskable(terms, query, task);
  else if (!given.isMeasured)
    refuse('Nothing would be measured: inference.feedback of the coordinator is null.');
  if (isTaken) refuse(`The task ${task.name} has an experiment "${name}" already; choose another name.`);
  if (query === null && task.privateLayers.length > 0)
    refuse(`The versions of ${task.name} have private layers, so no inference server answers with them.`);
  const key = fieldOf(terms.key, 'key');
  const covariate = terms.covariate && fieldOf(terms.covariate, 'covariate');
  if (covariate && covariate.in === key.in && covariate.name === key.name)
    refuse(`The ${key.in} ${key.name} is the key: the covariate is a number beside it.`);
  if (new Set(guards.map(guard => guard.metric)).size < guards.length)
    refuse('Two guards are about one metric.');
  const ofTask = running.filter(each => each.task === task.name);
  if (kind === 'mirror') {
    if (ofTask.some(each => each.kind === 'mirror'))
      refuse(
        `An experiment of ${task.name} mirrors already: requests are mirrored to one version at a time.`,
      );
    if (devices) refuse('Nothing is mirrored on devices.');
    if (covariate)
      refuse('A mirror measures no metric of keys, so there is nothing that a covariate could explain.');
  }
  const steps = stepsOf(terms);
  return {
    name,
    kind,
    layer: layerFor(terms, given),
    key,
    covariate,
    arms: await armsOf(terms, steps, given),
    metric,
    alpha,
    planned,
    guards,
    steps,
    atLeast,
    devices,
    ...(query !== null && { query }),
  };
}

/** Refuses experiments that devices can't take part in, or can't report on. */
function refuseUnaskable(
  { kind, arms, metric, guards = [], covariate, key }: ExperimentTerms,
  name: string,
  { name: task, queries }: Task,
): void {
  const query = queries.find(each => each.query.name === name)?.query;
  if (query?.kind !== 'arm') {
    const known = queries.flatMap(each => (each.query.kind === 'arm' ? [`"${each.query.name}"`] : []));
    const choice = known.length > 0 ? `name ${known.join(' or ')}` : 'its definition has none';
    refuse(`The task ${task} has no query "${name}" of the kind arm; ${choice}.`);
  }
  if (kind === 'mirror')
    refuse('Nothing is mirrored on devices: each serves one version. Choose ab or canary.');
  if (covariate)
    refuse(
      'Devices say nothing from before an experiment, so there is no covariate to take out; leave it out.',
    );
  if (key.in !== 'header' || key.name.toLowerCase() !== 'x-murmuration-key')
    refuse('Devices are split by their ids; leave out the key, which only requests have.');
  const other = [metric, ...guards.map(guard => guard.metric)].find(each => each !== 'accuracy');
  if (other)
    refuse(
      `Devices say how often predictions had the outcome "${query.outcomes[0]}", which is accuracy, and nothing of ${other}.`,
    );
  if (new Set(arms.map(({ version }) => version)).size < arms.length)
    refuse('Two arms have one version, and devices say of a version what became of its predictions.');
}

/** Returns a free part of the layer. */
function layerFor({ kind, layer: name, traffic }: ExperimentTerms, { task, running }: Surroundings) {
  // A mirror takes no keys from other experiments.
  if (kind === 'mirror') return { name, from: 0, to: traffic };
  const splits = running.filter(each => each.kind !== 'mirror');
  const elsewhere = splits.find(each => each.task === task.name && each.layer.name !== name);
  if (elsewhere)
    refuse(
      `The experiment ${elsewhere.name} of ${task.name} runs in the layer ${elsewhere.layer.name}: in another one, keys would be in both, and a request is answered by one version.`,
    );
  const taken = splits.map(({ layer }) => layer).filter(layer => layer.name === name);
  let from = 0;
  for (const part of taken.toSorted((a, b) => a.from - b.from)) {
    if (part.from - from >= traffic - maxTrafficError) break;
    from = Math.max(from, part.to);
  }
  const to = from + traffic;
  if (to > 1 + maxTrafficError)
    refuse(
      `The layer ${name} has no part of ${traffic} left: experiments that run have ${taken.reduce((sum, part) => sum + part.to - part.from, 0)} of it.`,
    );
  return { name, from, to: Math.min(1, to) };
}

async function armsOf(
  { kind, arms }: ExperimentTerms,
  steps: Experiment['steps'],
  { task, champion, version }: Surroundings,
): Promise<readonly ExperimentArm[]> {
  if (kind === 'ab' ? arms.length < 2 : arms.length !== 1)
    refuse(
      kind === 'ab'
        ? 'An experiment of the kind ab has two arms at least, the first being the control.'
        : `An experiment of the kind ${kind} has one arm; the version that is served is beside it.`,
    );
  if (kind !== 'ab' && arms.some(({ share }) => share !== undefined))
    refuse(
      `The arm of a ${kind} has no share: ${kind === 'canary' ? 'its steps have' : 'it gets all of the traffic'}.`,
    );
  if (new Set(arms.map(arm => arm.name)).size < arms.length) refuse('Two arms have one name.');
  const found: ExperimentArm[] = [];
  for (const { name, version: number, share } of arms) {
    const model = await version(number);
    if (model === undefined)
      throw new MurmurationError('model.missing', `The task ${task.name} has no version ${number}.`);
    found.push({ name, number, model, share: share ?? (kind === 'ab' ? 1 / arms.length : 1) });
  }
  if (kind === 'ab') {
    const total = found.reduce((sum, { share }) => sum + share, 0);
    const isMixed =
      arms.some(({ share }) => share === undefined) && arms.some(({ share }) => share !== undefined);
    if (isMixed || Math.abs(total - 1) > maxTrafficError)
      refuse('The shares of the arms have to add up to 1; leave all of them out for equal ones.');
  }
  if (!steps) return found;
  const [fresh, { share }] = [found[0]!, steps[0]!];
  if (fresh.name === 'champion') refuse('The arm of a canary is not called champion: that is the other one.');
  if (fresh.number === champion.number) refuse(`Version ${fresh.number} is what everybody gets already.`);
  return [
    { name: 'champion', number: champion.number, model: champion.model, share: 1 - share },
    { ...fresh, share },
  ];
}

/** Returns the field, with the name of a header in lower case. */
function fieldOf({ in: place, name }: ExperimentTerms['key'], what: 'key' | 'covariate'): KeyField {
  const field = { in: place, name: place === 'header' ? name.toLowerCase() : name };
  if (secret.has(field.name)) refuse(`The header ${field.name} is no ${what}: name one that is no secret.`);
  return field;
}

function stepsOf({ kind, steps }: ExperimentTerms): Experiment['steps'] {
  if (kind !== 'canary') {
    if (steps) refuse(`An experiment of the kind ${kind} has no steps.`);
    return null;
  }
  if (!steps) return refuse('A canary has steps, such as [{"share": 0.01, "for": 3600000}].');
  for (const [at, { share }] of steps.entries())
    if (at > 0 && share <= steps[at - 1]!.share)
      refuse('Each step of a canary has a larger share than the one before.');
  return steps;
}

function refuse(detail: string): never {
  throw new MurmurationError('request.invalid', detail);
}

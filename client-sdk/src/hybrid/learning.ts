import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { PartsComparison } from './comparison.ts';
import { compare } from './comparison.ts';
import { ExampleSplit } from './held-out.ts';
import type { OpenModel } from './inference.ts';
import type { LearningInput, PersonalModel } from './personal.ts';
import type { HybridChoice } from './saved-hybrid.ts';
import type { Served } from './served.ts';
import { knownTo, type LearnedModel, learnOrKeep, requireRunning, type TeachingPorts } from './teaching.ts';
import { inTurns } from './turns.ts';
import type { VersionJudge } from './version-judge.ts';
import { priorOf, type WeightsPrior } from './weights-prior.ts';

/** Most held-out examples for choosing λ: the newest. */
const maxHeldOut = 200;

export interface LearningPorts extends TeachingPorts {
  readonly task: TaskName;
  readonly personal: readonly PersonalModel[];
  readonly prior?: WeightsPrior | undefined;
  readonly judge: Pick<VersionJudge, 'admits'>;
}

/**
 * Returns what serves next: the newest version, or the previous one if the newest does worse. Every personal
 * model learns, λ is chosen on examples that none of them has seen, and models that take single examples then
 * learn from all examples. All is stored when this returns; `before` is neither changed nor closed. A
 * personal model that fails keeps its state. Throws `training.stopped` once `signal` is aborted, `storage.*`,
 * and `model.unusable` for a version that this device can't load; nothing has changed then.
 */
export async function learnAnew(
  before: Served,
  newest: ModelFiles | null,
  examples: readonly unknown[],
  ports: LearningPorts,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<Served> {
  const { serving, personal, store } = ports;
  const opened: OpenModel[] = [];
  const replaced: OpenModel[] = [];
  try {
    const split = new ExampleSplit(serving);
    await inTurns(examples, signal, example => split.add(example));
    const { heldOut, training } = split;
    const { files, global } = await chooseVersion(before, newest, heldOut, ports, signal);
    const isNew = files !== null && files.hash !== before.files?.hash;
    if (isNew && global) opened.push(global);
    const learned = new Map<string, LearnedModel>();
    const teach = async (model: PersonalModel, input: LearningInput) => {
      const own = await learnOrKeep(model, input, ports);
      if (own) opened.push(own.model);
      return own;
    };
    // A model that takes single examples contains examples that are now held out.
    const hasSeen = (model: PersonalModel) => model.empty !== undefined && heldOut.length > 0;
    const common = { global: files, signal };
    for (const [i, model] of personal.entries()) {
      const previous = hasSeen(model) ? null : await knownTo(model, ports, signal);
      const told = (done: number) => progress((i + done) / personal.length);
      const own = await teach(model, { ...common, examples: training, previous, progress: told });
      if (own) learned.set(model.name, own);
    }
    const models = Array.from(learned.values(), ({ model }) => model);
    const prior = ports.prior && priorOf(ports.prior, [...learned.keys()], personal.length);
    const comparison = global && (await compare(global, models, newestOf(heldOut), serving, signal, prior));
    requireRunning(signal);
    const choice = comparison && files ? choiceOf(comparison, files, learned) : null;
    for (const model of personal.filter(hasSeen)) {
      const previous = await knownTo(model, ports, signal);
      const all = await teach(model, { ...common, examples, previous, progress: () => {} });
      const chosen = learned.get(model.name);
      if (!all) continue;
      learned.set(model.name, all);
      if (chosen) replaced.push(chosen.model);
    }
    for (const [name, { bytes }] of learned) await store.putPersonal(name, bytes);
    if (files && (isNew || !before.isKept)) await store.putGlobal(files);
    if (choice) await store.putChoice(choice);
    else await store.deleteChoice();
    await Promise.all(replaced.map(model => model.close()));
    return {
      files,
      isKept: files !== null,
      global,
      personal: new Map(Array.from(learned, ([name, { model }]) => [name, model])),
      choice,
    };
  } catch (error) {
    await Promise.all(opened.map(model => model.close()));
    throw signal.aborted ? new MurmurationError('training.stopped') : error;
  }
}

function newestOf(heldOut: readonly unknown[]): readonly unknown[] {
  return heldOut.slice(-maxHeldOut);
}

/** Returns the version to serve, open; leaves `before` unchanged. */
export async function chooseVersion(
  { files, global }: Served,
  newest: ModelFiles | null,
  heldOut: readonly unknown[],
  { inference, judge }: LearningPorts,
  signal: AbortSignal,
): Promise<Pick<Served, 'files' | 'global'>> {
  if (!newest || newest.hash === files?.hash) return { files: newest ?? files, global };
  const model = await inference.open(newest);
  const next = { files: newest, model };
  try {
    if (!files || !global || (await judge.admits(next, { files, model: global }, newestOf(heldOut), signal)))
      return { files: newest, global: model };
  } catch (error) {
    await model.close();
    throw error;
  }
  await model.close();
  return { files, global };
}

function choiceOf(
  { weights, bins, among, scores, questions }: PartsComparison,
  { hash }: ModelFiles,
  learned: ReadonlyMap<string, LearnedModel>,
): HybridChoice {
  const names = [...learned.keys()];
  const own = [...learned.values()].map(({ model }) => !model.isShared);
  const byName = (values: readonly number[]) =>
    Object.fromEntries(names.map((name, i) => [name, values[i]!]));
  const lambda = weights.reduce((sum, weight, i) => sum + (own[i] ? weight : 0), 0);
  return {
    report: { model: hash, lambda: Math.min(1, lambda), lambdas: byName(weights), scores, questions },
    among: byName(among),
    ...(bins.size > 0 && {
      bins: Object.fromEntries(Array.from(bins, ([bin, of]) => [`${names.join(' ')} ${bin}`, byName(of)])),
    }),
  };
}

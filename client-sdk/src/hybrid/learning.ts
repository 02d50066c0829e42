import type { Serving } from '@murmuration/engine/serving';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { TaskName } from '@murmuration/protocol/ids';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Comparison } from './comparison.ts';
import { compare } from './comparison.ts';
import { isHeldOut } from './held-out.ts';
import type { OpenModel } from './inference.ts';
import type { OpenPersonal, PersonalModel, PersonalPorts } from './personal.ts';
import type { Choice, HybridStore } from './saved-hybrid.ts';
import type { Served } from './served.ts';
import { inTurns } from './turns.ts';
import type { VersionJudge } from './version-judge.ts';

/** Held-out examples that λ is chosen on, at most: the newest. */
const maxHeldOut = 200;

export interface LearningPorts extends PersonalPorts {
  readonly task: TaskName;
  readonly personal: readonly PersonalModel[];
  readonly store: HybridStore;
  readonly judge: Pick<VersionJudge, 'admits'>;
  /** Hears of what went wrong in one part, without which the others go on. */
  readonly failed: (error: unknown) => void;
}

/**
 * What serves next: the newest version, unless it does worse than the one before, with which the device then goes on; every personal
 * model learns, λ is chosen, and all of it is stored when this returns. `before` is neither changed nor
 * closed. A personal model that fails keeps what it had. Throws `training.stopped` once `signal` is aborted, `storage.*`, and
 * `model.unusable` for a version that this device can't load; nothing has changed then.
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
  try {
    const [heldOut, lesson] = await splitExamples(examples, serving, signal);
    const { files, global } = await chooseVersion(before, newest, heldOut, ports, signal);
    const isNew = files !== null && files.hash !== before.files?.hash;
    if (isNew && global) opened.push(global);
    const learned = new Map<string, { readonly bytes: Uint8Array; readonly model: OpenPersonal }>();
    for (const [i, model] of personal.entries()) {
      const own = await taught(model, lesson, files, ports, signal, done =>
        progress((i + done) / personal.length),
      );
      if (!own) continue;
      opened.push(own.model);
      learned.set(model.name, own);
    }
    const models = Array.from(learned.values(), ({ model }) => model);
    const comparison = global && (await compare(global, models, newestOf(heldOut), serving, signal));
    requireRunning(signal);
    const choice = comparison && files ? choiceOf(comparison, files, [...learned.keys()]) : null;
    // With λ chosen, what was held out for that may teach those that learn at once; the next time all learn without it again.
    for (const { model } of learned.values()) for (const example of heldOut) model.observe?.(example);
    for (const [name, { bytes, model }] of learned) await store.putPersonal(name, model.bytes?.() ?? bytes);
    if (files && (isNew || !before.isKept)) await store.putGlobal(files);
    if (choice) await store.putChoice(choice);
    else await store.deleteChoice();
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

/** The examples that are held out, and those to learn from. */
async function splitExamples(
  examples: readonly unknown[],
  serving: Serving<unknown>,
  signal: AbortSignal,
): Promise<[heldOut: unknown[], lesson: unknown[]]> {
  const heldOut: unknown[] = [];
  const lesson: unknown[] = [];
  await inTurns(examples, signal, example => (isHeldOut(example, serving) ? heldOut : lesson).push(example));
  return [heldOut, lesson];
}

function newestOf(heldOut: readonly unknown[]): readonly unknown[] {
  return heldOut.slice(-maxHeldOut);
}

/** The version to serve, open; `before` is as it was. */
async function chooseVersion(
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

/**
 * What the model makes of the examples, open; what it had where learning fails; undefined where there is neither. Whatever goes wrong is
 * told, and leaves the others as they are.
 */
async function taught(
  model: PersonalModel,
  examples: readonly unknown[],
  global: ModelFiles | null,
  { store, failed, ...ports }: LearningPorts,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<{ readonly bytes: Uint8Array; readonly model: OpenPersonal } | undefined> {
  const attempt = async <Value>(work: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await work();
    } catch (error) {
      requireRunning(signal);
      failed(error);
      return undefined;
    }
  };
  if (model.needsGlobal && !global) return undefined;
  const previous = (await attempt(() => store.personal(model.name))) ?? null;
  const next = await attempt(() => model.learn({ examples, global, previous, signal, progress }, ports));
  requireRunning(signal);
  for (const bytes of [next, previous, model.empty]) {
    const open = bytes && (await attempt(() => model.open(bytes, global, ports)));
    if (open) return { bytes, model: open };
  }
  return undefined;
}

function choiceOf(
  { weights, among, scores, questions }: Comparison,
  { hash }: ModelFiles,
  names: string[],
): Choice {
  const byName = (values: readonly number[]) =>
    Object.fromEntries(names.map((name, i) => [name, values[i]!]));
  const lambda = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    report: { model: hash, lambda: Math.min(1, lambda), lambdas: byName(weights), scores, questions },
    among: byName(among),
  };
}

function requireRunning(signal: AbortSignal): void {
  if (signal.aborted) throw new MurmurationError('training.stopped');
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { LearningInput, OpenPersonal, PersonalModel, PersonalPorts } from './personal.ts';
import type { HybridStore } from './saved-hybrid.ts';

export interface TeachingPorts extends PersonalPorts {
  readonly store: HybridStore;
  /** Called with an error of one part; the others go on. */
  readonly failed: (error: unknown) => void;
}

/** State of a personal model, and the model opened from it. */
export interface LearnedModel {
  readonly bytes: Uint8Array;
  readonly model: OpenPersonal;
}

/** Returns the stored state of a model; null if there is none, or after reporting that it can't be read. */
export async function knownTo(
  { name }: PersonalModel,
  { store, failed }: TeachingPorts,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  return (await attempt(() => store.personal(name), failed, signal)) ?? null;
}

/**
 * Returns what the model learns from the input, opened; its previous state if learning fails; undefined if
 * there is neither. Failures are reported, and don't affect other models. Throws `training.stopped` once the
 * signal of its input is aborted.
 */
export async function learnOrKeep(
  model: PersonalModel,
  input: LearningInput,
  { failed, ...ports }: TeachingPorts,
): Promise<LearnedModel | undefined> {
  const { global, previous, signal } = input;
  if (model.needsGlobal && !global) return undefined;
  const next = await attempt(() => model.learn(input, ports), failed, signal);
  requireRunning(signal);
  for (const bytes of [next, previous, model.empty]) {
    const open = bytes && (await attempt(() => model.open(bytes, global, ports), failed, signal));
    if (open) return { bytes, model: open };
  }
  return undefined;
}

async function attempt<Value>(
  work: () => Promise<Value>,
  failed: TeachingPorts['failed'],
  signal: AbortSignal,
): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    requireRunning(signal);
    failed(error);
    return undefined;
  }
}

export function requireRunning(signal: AbortSignal): void {
  if (signal.aborted) throw new MurmurationError('training.stopped');
}

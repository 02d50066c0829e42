import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { type GiveExamples, readExamples } from '../training/examples.ts';
import { ExampleSplit } from './held-out.ts';
import { chooseVersion, type LearningPorts } from './learning.ts';
import type { Served } from './served.ts';
import { requireRunning } from './teaching.ts';
import { inTurns } from './turns.ts';

/**
 * Returns what serves once a version has arrived: the new version, unless it does worse than the previous one
 * on held-out examples, with unchanged personal models and λ. It is stored when this returns; `before` is
 * neither changed nor closed. Throws `training.stopped` once `signal` is aborted, `storage.*`, and
 * `model.unusable` for a version that this device can't load; nothing has changed then.
 */
export async function adopt(
  before: Served,
  files: ModelFiles,
  examples: GiveExamples,
  ports: LearningPorts,
  signal: AbortSignal,
): Promise<Served> {
  const split = new ExampleSplit(ports.serving);
  if (before.global) await inTurns(await readExamples(examples), signal, example => split.add(example));
  const next = await chooseVersion(before, files, split.heldOut, ports, signal);
  if (next.global === before.global) return before;
  try {
    requireRunning(signal);
    await ports.store.putGlobal(files);
  } catch (error) {
    await next.global?.close();
    throw error;
  }
  return { ...before, ...next, isKept: true };
}

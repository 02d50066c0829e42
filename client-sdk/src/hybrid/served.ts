import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { binOf } from './comparison.ts';
import type { HybridAnswer } from './hybrid.ts';
import type { OpenModel } from './inference.ts';
import type { OpenPersonal } from './personal.ts';
import { mix } from './probabilities.ts';
import type { HybridChoice } from './saved-hybrid.ts';

/** Models that serve until they are replaced as a whole. */
export interface Served {
  readonly files: ModelFiles | null;
  /** True if `files` are stored with the hybrid model, not only with the versions for rounds. */
  readonly isKept: boolean;
  /** `files`, opened. */
  readonly global: OpenModel | null;
  /** Personal models by name, in the app's order. */
  readonly personal: ReadonlyMap<string, OpenPersonal>;
  readonly choice: HybridChoice | null;
}

interface Part {
  readonly weight: number;
  readonly model: OpenModel & Pick<OpenPersonal, 'own'>;
}

/** Mixes the answers of the parts. A personal model that was added after λ was chosen has no weight yet. */
export async function answer(
  { files, global, personal, choice }: Served,
  input: unknown,
  source: 'hybrid' | 'global' | 'personal',
): Promise<HybridAnswer> {
  // Plain JavaScript could pass any value, which would be answered as "global".
  if (!['hybrid', 'global', 'personal'].includes(source))
    throw new MurmurationError('hybrid.input', `There is no source "${source}": hybrid, global or personal.`);
  const among = choice?.among ?? {};
  const ours = new Map([...personal].filter(([, { isShared }]) => !isShared));
  const own = weighed(ours, among);
  // Without a choice for these models, all personal models have equal weights.
  const alone = own.length > 0 ? own : weighed(ours, null);
  if (source === 'personal' || (source === 'hybrid' && !global)) {
    if (alone.length === 0) throw new MurmurationError('hybrid.no-model');
    return { ...(await mixed(alone, input)), source: 'personal', model: null };
  }
  if (!global || !files) throw new MurmurationError('hybrid.no-model');
  const chosen = source === 'hybrid' && choice ? weighed(personal, weightsFor(choice, personal, input)) : [];
  if (chosen.length === 0)
    return { values: await global.predict(input), source: 'global', model: files.hash };
  const lambda = chosen.reduce((sum, { weight }) => sum + weight, 0);
  // Leaves room for a rounding error.
  const parts = lambda < 1 - 1e-9 ? [{ weight: 1 - lambda, model: global }, ...chosen] : chosen;
  return { ...(await mixed(parts, input)), source: 'hybrid', model: files.hash };
}

/** Returns the weights for the bin of the context, if the models are those that were compared. */
function weightsFor(
  { bins, report }: HybridChoice,
  personal: ReadonlyMap<string, OpenPersonal>,
  input: unknown,
): Readonly<Record<string, number>> {
  if (!bins) return report.lambdas;
  const levels = Array.from(personal.values(), model => model.confidence?.(input));
  return bins[`${[...personal.keys()].join(' ')} ${binOf(levels)}`] ?? report.lambdas;
}

/** Returns the models that have learned and have a weight above 0; with null all weights are equal. */
function weighed(
  personal: ReadonlyMap<string, OpenPersonal>,
  weights: Readonly<Record<string, number>> | null,
): Part[] {
  const parts = Array.from(personal, ([name, model]) => {
    const isReady = model.isReady?.() ?? true;
    return { weight: isReady ? (weights ? (weights[name] ?? 0) : 1) : 0, model };
  });
  return parts.filter(({ weight }) => weight > 0);
}

/** Returns the mixture of the parts, with weights scaled to the sum 1. */
async function mixed(parts: readonly Part[], input: unknown): Promise<Pick<HybridAnswer, 'values' | 'own'>> {
  const all = parts.reduce((sum, { weight }) => sum + weight, 0);
  const values = mix(
    await Promise.all(
      parts.map(async ({ weight, model }) => ({ weight: weight / all, values: await model.predict(input) })),
    ),
  );
  const own = new Map<number, number>();
  for (const { weight, model } of parts)
    for (const [id, share] of model.own?.(input) ?? [])
      own.set(id, (own.get(id) ?? 0) + (weight / all) * share);
  return { values, ...(own.size > 0 && { own }) };
}

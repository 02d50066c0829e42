import { fitBinned } from '@murmuration/client-sdk/hybrid/binned-weights';
import { binOf, probabilitiesOfWhatCame } from '@murmuration/client-sdk/hybrid/comparison';
import type { OpenPersonal, PersonalModel, PersonalPorts } from '@murmuration/client-sdk/hybrid/personal';
import type { WeightsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';

/**
 * Probabilities that the parts of a mixture gave to phones' later words, question by question: the global
 * model first, then the personal ones.
 */
export interface PartsOfPhones {
  readonly names: readonly string[];
  readonly parts: readonly Float32Array[];
  readonly bins: readonly string[];
}

/** Trains each phone's models on its training messages, and scores its held-out messages. */
export async function askPhones(
  phones: readonly PhoneMessages[],
  model: ModelFiles,
  personal: readonly PersonalModel[],
  ports: PersonalPorts,
): Promise<PartsOfPhones> {
  const { signal } = new AbortController();
  const global = await ports.inference.open(model);
  const names = personal.map(({ name }) => name);
  const parts: number[][] = [[], ...names.map(() => [])];
  const bins: string[] = [];
  for (const { train, heldOut } of phones) {
    const open: OpenPersonal[] = [];
    for (const each of personal) {
      const common = { examples: train, global: model, previous: null, signal, progress: () => {} };
      open.push(await each.open((await each.learn(common, ports))!, model, ports));
    }
    const given = await probabilitiesOfWhatCame([global, ...open], heldOut, ports.serving, signal);
    for (const [part, values] of given.entries()) parts[part]!.push(...values);
    for (const message of heldOut) {
      const levels = open.map(each => each.confidences?.(message));
      for (const question of ports.serving.questions(message).targets.keys())
        bins.push(binOf(levels.map(of => of?.[question])));
    }
    for (const each of open) await each.close();
  }
  await global.close();
  return { names, parts: parts.map(values => Float32Array.from(values)), bins };
}

/**
 * Fits the weights with the highest likelihood of the phones' later words, in all contexts and by bins, as
 * the prior of other devices.
 */
export function priorFrom(phones: readonly PartsOfPhones[], questions: number): WeightsPrior {
  const [{ names, parts }] = phones as readonly [PartsOfPhones];
  const all = {
    parts: parts.map((_, part) => Float32Array.from(phones.flatMap(of => [...of.parts[part]!]))),
    bins: phones.flatMap(of => of.bins),
    // All questions come from messages after training.
    untaught: parts.map(() => false),
  };
  const fitted = fitBinned(all, Array.from(all.bins.keys()), true);
  const byName = (weights: readonly number[]) =>
    Object.fromEntries(names.map((name, i) => [name, Math.floor(1_000 * weights[i + 1]!) / 1_000]));
  return {
    weights: byName(fitted.all),
    bins: Object.fromEntries(
      Array.from(fitted.bins, ([bin, weights]) => [bin, byName(weights)] as const).sort(([a], [b]) =>
        a < b ? -1 : 1,
      ),
    ),
    questions,
  };
}

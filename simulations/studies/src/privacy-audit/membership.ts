import { tokensOf } from '@murmuration/demo-keyboard-app/task/tokens';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { privacyOf } from '@murmuration/rounds/task/task-privacy';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';
import { type MembershipEpsilon, membershipEpsilon } from './likelihood-ratio.ts';
import { bigram, neural, type Pairs, type ShadowModel, scoreOf, teach } from './shadow-models.ts';

export interface MembershipSettings {
  readonly epsilon: number;
  readonly delta: number;
  /** Devices that may have taught a model. */
  readonly devices: number;
  /** Number of models; each is attacked with the help of the others. */
  readonly models: number;
  /** Number of words that models distinguish. */
  readonly words: number;
  readonly seed: number;
}

/** Results of membership inference on a kind of model. */
export interface MembershipFindings {
  /** ε of the models' noise. */
  readonly accounted: number;
  readonly empirical: MembershipEpsilon;
  readonly noiseOff: MembershipEpsilon;
}

/** Kinds of models, with their rounds: an n-gram is one sum of counts. */
const kinds = { ngram: { kind: bigram, rounds: 1 }, neural: { kind: neural, rounds: 8 } } as const;

/** Maximum messages that a device contributes. */
const maxDeviceMessages = 10;

/**
 * Runs membership inference by likelihood ratios on models that real phones taught, each half of them, with
 * the noise of a budget and without: an n-gram and a small neural model of the next word.
 */
export function membership(
  phones: readonly PhoneMessages[],
  settings: MembershipSettings,
  log: (line: string) => void,
): Record<keyof typeof kinds, MembershipFindings> {
  const devices = pairsOf(phones, settings);
  const found = Object.entries(kinds).map(([name, { kind, rounds }]) => {
    const { epsilon, delta } = settings;
    const { noiseMultiplier } = privacyOf({ epsilon, delta, rounds, separation: 1, noise: 'independent' });
    const measured = (noise: number) =>
      membershipEpsilon(shadowsOf(kind, rounds, devices, noise, settings), delta, settings.seed);
    const [empirical, noiseOff] = [measured(noiseMultiplier), measured(0)];
    log(
      `  ${name}: a member scores above another device ${told(empirical)}; without noise ${told(noiseOff)}`,
    );
    return [name, { accounted: epsilon, empirical, noiseOff }];
  });
  return Object.fromEntries(found);
}

const told = ({ auc }: MembershipEpsilon): string => `${(100 * auc).toFixed(1)} % of the time`;

function shadowsOf(
  kind: ShadowModel,
  rounds: number,
  devices: readonly Pairs[],
  noiseMultiplier: number,
  { models, words, seed }: MembershipSettings,
) {
  const uniform = seededUniform(seed);
  const shadows = Array.from({ length: models }, (_, model) => {
    const taught = devices.map(() => uniform() < 0.5);
    const members = devices.filter((_, device) => taught[device]);
    const teaching = { words, clip: 1, noiseMultiplier, rounds, seed: 1_000 * seed + model };
    const weights = teach(kind, members, teaching);
    return { taught, scores: Float64Array.from(devices, pairs => scoreOf(kind, weights, pairs, words)) };
  });
  return { taught: shadows.map(each => each.taught), scores: shadows.map(each => each.scores) };
}

/**
 * Returns each device's pairs of words; all but the most frequent words are one. Leaves out devices without
 * pairs.
 */
function pairsOf(phones: readonly PhoneMessages[], { devices, words }: MembershipSettings): Pairs[] {
  const texts = phones.slice(0, devices).map(({ train }) => train.slice(0, maxDeviceMessages).map(tokensOf));
  const counts = new Map<string, number>();
  for (const token of texts.flat(2)) counts.set(token, (counts.get(token) ?? 0) + 1);
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, words - 1);
  const ids = new Map(frequent.map(([token], i) => [token, i + 1]));
  return texts
    .map(messages =>
      Uint32Array.from(
        messages.flatMap(tokens =>
          tokens.slice(1).flatMap((token, at) => [ids.get(tokens[at]!) ?? 0, ids.get(token) ?? 0]),
        ),
      ),
    )
    .filter(pairs => pairs.length > 0);
}

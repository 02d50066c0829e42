import { seededUniform } from '@murmuration/engine/training/seeded';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { chance } from '../behaviour/chance.ts';
import { normal } from '../partition/distributions.ts';
import { canary } from './canary.ts';
import type { Poisons } from './poisons.ts';
import type { AdversarySettings, Attack } from './settings.ts';

/** Adversaries of a run: pure functions of the settings, the seed, the device and the round. */
export interface Adversaries {
  isAdversary(device: number): boolean;
  /**
   * Returns the examples that a device trains on: poisoned ones for an adversary that attacks examples.
   * @throws as `requirePoisons`
   */
  examples<Example>(
    device: number,
    examples: readonly Example[],
    poisons: Poisons<Example> | undefined,
  ): readonly Example[];
  /** Changes an adversary's delta in place, before it is clipped, weighed and masked. */
  corrupt(device: number, round: number, delta: Float32Array): void;
}

export function adversariesOf({ share, attack }: AdversarySettings, seed: number): Adversaries {
  const isAdversary = (device: number) => attack.kind !== 'none' && chance(seed, 'adversary', device) < share;
  return {
    isAdversary,
    examples: (device, examples, poisons) =>
      isAdversary(device) ? poisonedBy(attack, examples, poisons) : examples,
    corrupt(device, round, delta) {
      if (!isAdversary(device)) return;
      if (attack.kind === 'canary') delta.set(canary(seed, device, delta.length, attack.length));
      else if (attack.kind === 'noise') drown(delta, attack.deviation, chance(seed, 'noise', device, round));
      else scale(delta, factorOf(attack));
    },
  };
}

/** Throws `config.invalid` for an attack on examples without poisons. */
export function requirePoisons(attack: Attack, poisons: unknown): void {
  if (isOnExamples(attack) && !poisons) throw lackOfPoisons(attack);
}

function isOnExamples(attack: Attack): attack is Extract<Attack, { kind: 'label-flip' | 'backdoor' }> {
  return attack.kind === 'label-flip' || attack.kind === 'backdoor';
}

function lackOfPoisons({ kind }: Attack): MurmurationError {
  return new MurmurationError(
    'config.invalid',
    `The attack "${kind}" changes examples, and this scenario does not say how: give it "poisons", or choose an attack on updates.`,
  );
}

function factorOf(attack: Attack): number {
  if (attack.kind === 'sign-flip') return -attack.scale;
  return 'scale' in attack ? attack.scale : 1;
}

function scale(delta: Float32Array, factor: number): void {
  if (factor === 1) return;
  for (let i = 0; i < delta.length; i++) delta[i] = factor * delta[i]!;
}

function drown(delta: Float32Array, deviation: number, at: number): void {
  const uniform = seededUniform(Math.floor(at * 2 ** 32));
  for (let i = 0; i < delta.length; i++) delta[i] = deviation * normal(uniform);
}

function poisonedBy<Example>(
  attack: Attack,
  examples: readonly Example[],
  poisons: Poisons<Example> | undefined,
): readonly Example[] {
  if (!isOnExamples(attack)) return examples;
  if (!poisons) throw lackOfPoisons(attack);
  if (attack.kind === 'label-flip')
    return examples.map(example =>
      poisons.relabelled(example, poisons.classes - 1 - poisons.labelOf(example)),
    );
  // Spreads the poisoned examples evenly, so that no chance is involved and each label has its share.
  return examples.map((example, i) =>
    Math.floor((i + 1) * attack.poisoned) > Math.floor(i * attack.poisoned)
      ? poisons.relabelled(poisons.triggered(example), attack.target)
      : example,
  );
}

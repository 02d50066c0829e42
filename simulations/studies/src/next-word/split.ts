import type { Phone } from '@murmuration/simulations/data/federated-text';

/** Share of a phone's training messages, its last ones, that settings are chosen on. */
const keptShare = 1 / 9;

/** A phone to choose settings on: its training messages alone, the last of which take the place of the held-out ones. */
export function learnedAndKept(train: readonly string[]): Phone {
  const cut = train.length - Math.round(train.length * keptShare);
  return { train: train.slice(0, cut), heldOut: train.slice(cut) };
}

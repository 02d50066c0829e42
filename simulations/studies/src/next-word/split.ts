import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';

/** Share of a phone's training messages, its last ones, on which settings are chosen. */
const keptShare = 1 / 9;

/** Returns a phone to choose settings on: its last training messages replace the held-out ones. */
export function learnedAndKept(train: readonly string[]): PhoneMessages {
  const cut = train.length - Math.round(train.length * keptShare);
  return { train: train.slice(0, cut), heldOut: train.slice(cut) };
}

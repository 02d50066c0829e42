import { availableParallelism } from 'node:os';
import type { WeightsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';
import { startBackend } from '@murmuration/engine/backend/backend';
import { partMaker } from './part-maker.ts';
import { teachShared } from './shared-parts.ts';
import { type KeyboardTableInputs, phonesPerPart } from './table.ts';
import { priorFrom } from './weights.ts';

/** Number of a phone's questions to which the prior from all phones is equivalent. */
const questions = 3_000;

/**
 * Trains the shared parts as for the table, and each phone's own models; then fits weights of the mixture to
 * later messages of all phones. Needs phones whose held-out messages are not those that the table is scored
 * on.
 */
export async function fitPrior(inputs: KeyboardTableInputs): Promise<WeightsPrior> {
  const { phones, settings, threads = availableParallelism(), log } = inputs;
  const { rowLength, seed, fineTuning } = settings;
  await startBackend();
  const { make, close } = partMaker(threads, log);
  try {
    const shared = await teachShared(inputs, { make }, threads);
    const parts = Array.from({ length: Math.ceil(phones.length / phonesPerPart) }, (_, part) =>
      phones.slice(part * phonesPerPart, (part + 1) * phonesPerPart),
    );
    const asked = parts.map(some =>
      make({ ...shared, part: 'weights', phones: some, rowLength, seed, fineTuning, prior: null }),
    );
    return priorFrom(await Promise.all(asked), questions);
  } finally {
    await close();
  }
}

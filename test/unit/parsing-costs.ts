import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Does work that may refuse what it is given. */
export async function refusing(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof MurmurationError)) throw error;
  }
}

/** ms of the processor. */
async function cost(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await refusing(work);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** How many times as long one work takes as another, in the best of some tries: up to three times what it should is no reason for another. */
export async function longer(short: () => unknown, long: () => unknown, times: number): Promise<number> {
  await refusing(short);
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 15 && best > 3 * times; attempt++)
    best = Math.min(best, (await cost(long)) / Math.max(1, await cost(short)));
  return best;
}

import { systemClock } from '@murmuration/protocol/time/system-clock';
import { datedMail } from '@murmuration/simulations/data/dated-mail';
import type { Findings, ScenarioOptions } from '@murmuration/simulations/study/study';
import { Replay } from './replay.ts';
import { findingsOf, from, playSeason } from './season.ts';

/**
 * Runs a mail filter that is trained, served, monitored and retrained, on the mails of autumn 2002 in order.
 */
export async function run({ seed, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  const mails = datedMail();
  const replay = await Replay.open(mails, from, seed);
  try {
    await playSeason(replay, mails, log);
    return await findingsOf(replay, seed, began);
  } finally {
    await replay.close();
  }
}

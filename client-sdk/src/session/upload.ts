import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { retry } from '../retry/retry.ts';
import { sentOf } from '../transport/observed.ts';
import type { RoundPorts } from './ports.ts';
import type { Report } from './report.ts';
import { untilSlot } from './upload-slot.ts';

/**
 * Uploads an update, a masked one with its signature, in a slot of its plan, and retries until it counts or
 * no longer can. Throws `plan.below-floor` beyond the device's limits.
 */
export async function upload(
  { round, assignment, token, plan }: Assignment,
  update: Uint8Array,
  signature: Uint8Array | undefined,
  { transport, platform, emit, since, part }: RoundPorts,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  await untilSlot(plan, part.began?.() ?? since, platform, signal);
  await part.count();
  report('uploading', 0);
  await retry(
    () => {
      emit('sent', sentOf(plan.query ? 'answer' : 'update', update, plan.masking !== null));
      return transport.upload(updatePath(round, assignment), { token, signature }, update, signal);
    },
    platform,
    signal,
  );
  await part.counted?.();
}

import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { sentOf } from '../transport/observed.ts';
import { persist } from './persist.ts';
import type { SessionPorts } from './ports.ts';
import type { Report } from './report.ts';

/** Puts an update, a masked one with its signature, again and again until it counts or no longer can. */
export async function upload(
  { round, assignment, token, plan }: Assignment,
  update: Uint8Array,
  signature: Uint8Array | undefined,
  { transport, platform, emit }: SessionPorts,
  signal: AbortSignal,
  report: Report,
): Promise<void> {
  report('uploading', 0);
  await persist(
    () => {
      emit('sent', sentOf('update', update, plan.masking !== null));
      return transport.upload(updatePath(round, assignment), { token, signature }, update, signal);
    },
    platform,
    signal,
  );
}

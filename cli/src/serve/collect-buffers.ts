import { subscribe } from 'node:diagnostics_channel';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CoordinatorEvents } from '@murmuration/coordinator/events/events';

/** Bytes of buffers, more than the last collection has left, from which to look for garbage among the young, and among all. */
const [worthYoung, worthAll] = [1 << 20, 3 << 20];

/**
 * Frees the buffers of updates, of sums that were written down and of masks soon after they were used. They lie outside of the heap, so that
 * V8 sees little reason to collect the few objects that hold them, and 15 MB of them would wait for their turn. To be called once in a process.
 */
export function collectBuffers(events: Pick<CoordinatorEvents, 'on'>): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;
  const bytes = () => process.memoryUsage().arrayBuffers;
  let [young, all] = [bytes(), bytes()];
  const look = () => {
    if (bytes() < young + worthYoung) return;
    collect({ type: 'minor' });
    young = bytes();
    if (young < all + worthAll) return;
    collect();
    young = bytes();
    all = young;
  };
  // Bodies come and go with requests; sums are written down, and masks made, in between.
  subscribe('http.server.request.start', look);
  subscribe('http.server.response.finish', look);
  events.on('round', look);
  events.on('unmasking', look);
}

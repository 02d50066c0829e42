import { subscribe } from 'node:diagnostics_channel';
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';

/**
 * Growth of the buffers' bytes since the last collection from which to collect young garbage, and all
 * garbage.
 */
const [worthYoung, worthAll] = [1 << 20, 3 << 20];
/**
 * Growth of the objects' bytes since the last full collection; V8 starts one on its own at a tenth of the
 * heap.
 */
const worthHeap = 3 << 20;

/**
 * Frees the buffers of updates, of written sums and of masks soon after use. They lie outside the heap, so V8
 * sees little reason to collect the few objects that hold them, and 15 MB of them would accumulate. Also
 * collects the objects left by loading and by a round's messages early. Call it once in a process, as soon as
 * it has loaded.
 */
export function collectBuffers(events: Pick<CoordinatorEvents, 'on'>): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options?: {
    readonly type: 'minor' | 'major';
    readonly flavor?: 'last-resort';
  }) => void;
  const now = () => {
    const { arrayBuffers: buffers, heapUsed: heap } = process.memoryUsage();
    return { buffers, heap };
  };
  const collectAll = () => {
    collect();
    return now();
  };
  // Makes the loaded heap as small as possible, including half-full pages; Node 20 treats this flavor like
  // any other.
  collect({ type: 'major', flavor: 'last-resort' });
  let all = collectAll();
  let young = all.buffers;
  const look = () => {
    let { buffers, heap } = now();
    if (heap < all.heap + worthHeap) {
      if (buffers < young + worthYoung) return;
      collect({ type: 'minor' });
      ({ buffers, heap } = now());
      young = buffers;
      if (buffers < all.buffers + worthAll) return;
    }
    all = collectAll();
    young = all.buffers;
  };
  // Bodies come and go with requests; between them, sums are written and masks made.
  subscribe('http.server.request.start', look);
  subscribe('http.server.response.finish', look);
  events.on('round', look);
  events.on('unmasking', look);
  // Also looks after each megabyte of young objects, because a round's messages are no HTTP requests.
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}

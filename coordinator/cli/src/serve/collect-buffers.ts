import { subscribe } from 'node:diagnostics_channel';
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';

/** Bytes of buffers, more than the last collection has left, from which to look for garbage among the young, and among all. */
const [worthYoung, worthAll] = [1 << 20, 3 << 20];
/** Bytes of objects, more than the last collection of all has left: V8 begins one by itself at a tenth of the heap. */
const worthHeap = 3 << 20;

/**
 * Frees the buffers of updates, of sums that were written down and of masks soon after they were used. They lie outside of the heap, so that
 * V8 sees little reason to collect the few objects that hold them, and 15 MB of them would wait for their turn. Collects the objects of what
 * has loaded and of a round's messages as early. To be called once in a process, as soon as it has loaded.
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
  // What has loaded, as small as can be, pages that are half full included; Node 20 takes it for any other.
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
  // Bodies come and go with requests; sums are written down, and masks made, in between.
  subscribe('http.server.request.start', look);
  subscribe('http.server.response.finish', look);
  events.on('round', look);
  events.on('unmasking', look);
  // After each megabyte of young objects: messages of a round make no request.
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}

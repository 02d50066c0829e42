import type { Clock } from '@murmuration/protocol/ports';
import type { Core } from '../core.ts';
import type { CoordinatorEvents } from '../events.ts';
import type { Storage } from '../storage/storage.ts';
import { HourlyCounter } from './hourly-counter.ts';
import { Overviews } from './overview.ts';
import { Presence } from './presence.ts';

/** What watches a coordinator for its operators. */
export interface Watch {
  readonly overviews: Overviews;
  readonly hourly: HourlyCounter;
  /** Writes down what was gathered. */
  close(): Promise<void>;
}

/** Watches a core from now on; before devices connect. */
export async function openWatch(
  { rounds, aliasing }: Pick<Core, 'rounds' | 'aliasing'>,
  ports: {
    readonly clock: Clock;
    readonly events: CoordinatorEvents;
    readonly storage: Storage;
    readonly enrolled: () => number;
  },
): Promise<Watch> {
  const { clock, events, storage, enrolled } = ports;
  const presence = new Presence(events);
  const hourly = new HourlyCounter(storage.hourlyCounts, events, clock);
  const { history } = storage;
  const overviews = new Overviews({
    clock,
    events,
    rounds,
    history,
    aliasing,
    presence,
    enrolled,
    alerts: () => [],
  });
  await overviews.open();
  return { overviews, hourly, close: () => hourly.close() };
}

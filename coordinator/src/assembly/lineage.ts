import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Gauge, type Registry as Metrics } from 'prom-client';
import type { CoordinatorEvents } from '../events/events.ts';
import { TrackingDeliverer } from '../lifecycle/tracking/deliverer.ts';
import { EventMaker } from '../lifecycle/tracking/openlineage/event-maker.ts';
import { LineageClient } from '../lifecycle/tracking/openlineage/lineage-client.ts';
import { LineageRecorder } from '../lifecycle/tracking/openlineage/lineage-recorder.ts';
import type { OpenLineageSettings } from '../lifecycle/tracking/settings.ts';
import type { Storage } from '../storage/storage.ts';
import type { Core } from './core.ts';
import { version } from './version.ts';

interface LineageParts {
  readonly core: Pick<Core, 'versionAliases'>;
  readonly storage: Pick<Storage, 'history' | 'lineage'>;
  readonly events: CoordinatorEvents;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Tells an OpenLineage server of what happens from now on, and of what waits since before. Closing leaves what waits for the next start. */
export function openLineage(
  settings: OpenLineageSettings,
  { core, storage, events, metrics, clock, random }: LineageParts,
): { close(): Promise<void> } {
  const stop = new AbortController();
  const client = new LineageClient(settings, clock, stop.signal);
  const deliverer = new TrackingDeliverer({
    clock,
    random,
    store: storage.lineage,
    where: 'lineage',
    perform: ({ event }) => client.post(event),
    fault: (where, error) => events.emit('fault', where, error),
    most: settings.queue,
  });
  const recorder = new LineageRecorder({
    events,
    history: storage.history,
    versionAliases: core.versionAliases,
    maker: new EventMaker(settings.namespace, version),
    append: operations => deliverer.append(operations),
  });
  new Gauge({
    name: 'murmuration_lineage_waiting',
    help: 'Events that wait for the OpenLineage server.',
    registers: [metrics],
    async collect() {
      this.set(await storage.lineage.size());
    },
  });
  deliverer.send();
  return {
    async close() {
      await recorder.settled();
      const closed = deliverer.close();
      // What is on its way is told again by the next start.
      stop.abort();
      await closed;
    },
  };
}

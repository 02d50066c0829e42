import { maxWaiting, TrackingDeliverer } from '@murmuration/lifecycle/tracking/deliverer';
import { EventMaker } from '@murmuration/lifecycle/tracking/openlineage/event-maker';
import { LineageClient } from '@murmuration/lifecycle/tracking/openlineage/lineage-client';
import { LineageRecorder } from '@murmuration/lifecycle/tracking/openlineage/lineage-recorder';
import { registerIn } from '@murmuration/serving/metrics/register';
import type { Core } from './core.ts';
import type { TrackingScope } from './scope.ts';
import { version } from './version.ts';

/**
 * Reports events to the OpenLineage server of the configuration, if it has one, from now on, beginning with
 * those still queued. Closing leaves the queue to the next start.
 */
export function openLineage(
  { config, storage, events, metrics, clock, random, opened }: TrackingScope<'history' | 'lineage'>,
  { versionAliases }: Pick<Core, 'versionAliases'>,
  most = maxWaiting,
): void {
  const settings = config.tracking.openLineage;
  if (!settings) return;
  const stop = new AbortController();
  const client = new LineageClient(settings, clock, stop.signal);
  const deliverer = new TrackingDeliverer({
    clock,
    random,
    store: storage.lineage,
    where: 'lineage',
    perform: ({ event }) => client.post(event),
    fault: (where, error) => events.emit('fault', where, error),
    most,
  });
  const recorder = new LineageRecorder({
    events,
    history: storage.history,
    versionAliases,
    maker: new EventMaker(settings.namespace, version),
    append: operations => deliverer.append(operations),
  });
  registerIn(metrics).readGauge(
    'murmuration_lineage_waiting',
    'Events that wait for the OpenLineage server.',
    async gauge => gauge.set(await storage.lineage.size()),
  );
  deliverer.send();
  opened.add(async () => {
    await recorder.settled();
    const closed = deliverer.close();
    // The next start sends an interrupted delivery again.
    stop.abort();
    await closed;
  });
}

import { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { RoundControl } from '@murmuration/rounds/rounds/round-control';
import { placeOf } from '@murmuration/storage/place';
import { listen } from '../http/listen.ts';
import { healthRoutes } from '../http/routes/health.ts';
import { metricRoutes } from '../http/routes/metrics.ts';
import { serveApps } from '../http/static-apps.ts';
import { connectionRoutes } from '../polling/routes.ts';
import { logStart } from '../telemetry/log.ts';
import { watchMetrics } from '../telemetry/metrics.ts';
import { type Entrance, openEntrance } from './entrance.ts';
import { firstLook } from './first-look.ts';
import { frontRoutes, openFrontParts } from './front-parts.ts';
import { leasesOf } from './leases.ts';
import type { ProcessScope } from './scope.ts';
import type { Running, Start } from './start.ts';
import { watchStorage } from './storage-health.ts';
import { version } from './version.ts';

/**
 * Opens a front, which enrols devices and sends them to the cells that have their tasks, serves models, and
 * forwards operators' requests to cells. Its connections are its only state, so there may be any number of
 * fronts. Throws `config.invalid`, `storage.*`.
 */
export async function openFront(scope: ProcessScope, start: Start): Promise<Running> {
  const { config, clock, storage, events, opened } = scope;
  const leases = leasesOf(storage);
  const silentSince = watchStorage(scope);
  const entrance = await openEntrance(scope, [], start.verifyEnrolment);
  const { app, population, connections, gateway, polled, trustedProxies } = entrance;
  const looks = { clock, events, ...start };
  const ticketKey = await firstLook(() => leases.ticketKey(), looks);
  const { directory, requests } = openFrontParts(scope, entrance, ticketKey, connections);
  await firstLook(() => directory.open(), looks);
  const taskNames = () => [...directory.places.keys()] as TaskName[];
  let isReady = false;
  const readiness = {
    isOpen: () => isReady && directory.isFresh,
    tasks: taskNames,
    unreadable: () => [],
    silentSince,
  };
  healthRoutes(app, readiness);
  measure(scope, entrance);
  metricRoutes(app, scope.metrics, await frontRoutes(app, scope, entrance, directory));
  connectionRoutes(app, polled, { trustedProxies });
  await serveApps(app, config.apps);
  // Activity is counted until the last device has left.
  opened.add(() => entrance.close());
  gateway.open(requests);
  opened.add(() => directory.close());
  opened.add(
    population.follow(
      device => connections.disconnect(device, 'device.revoked'),
      error => events.emit('fault', 'looking for devices that others have revoked', error),
    ),
  );
  const url = await listen(app, config, entrance.isEncrypted ? 'https' : 'http');
  isReady = true;
  opened.add(() => {
    isReady = false;
  });
  start.health?.become(readiness);
  logStart(scope.log, {
    ...{ version, url, grpc: undefined, tasks: taskNames(), hasOperators: entrance.hasOperators },
    storage: placeOf(config.storage!).name,
    openHere: [],
    isDevelopment: config.development,
  });
  return {
    url,
    grpc: undefined,
    // Empty: the cells control the rounds of their tasks.
    control: new RoundControl(new Map(), storage.pausedTasks, () => {}),
    runs: new RunControl(new Map(), storage.runs, clock),
    async start() {},
    async endRounds() {},
  };
}

/** Measures connections; the cells measure rounds. */
function measure(
  { metrics, events, clock }: ProcessScope,
  { connections, polled, population }: Pick<Entrance, 'connections' | 'polled' | 'population'>,
): void {
  watchMetrics(
    metrics,
    events,
    {
      tasks: () => [],
      waiting: () => 0,
      isPaused: () => false,
      isTraining: () => undefined,
      marked: () => ({ silent: 0, suspect: 0, apart: 0, slow: 0 }),
      privacy: () => undefined,
      connected: () => connections.size,
      polled: () => polled,
      enrolled: () => population.size,
      traffic: () => ({ up: 0, down: 0 }),
      firing: () => [],
    },
    clock,
  );
}

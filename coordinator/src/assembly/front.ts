import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Directory, servedBy } from '../cells/directory.ts';
import { FrontRequests } from '../cells/front-requests.ts';
import { PartDeal } from '../cells/parts.ts';
import { Tickets } from '../cells/tickets.ts';
import { CoordinatorEvents } from '../events/events.ts';
import { inTurn } from '../http/authentication.ts';
import { listen } from '../http/listen.ts';
import { healthRoutes } from '../http/routes/health.ts';
import { metricRoutes } from '../http/routes/metrics.ts';
import { serveApps } from '../http/static-apps.ts';
import { RunControl } from '../lifecycle/training-runs/run-control.ts';
import { connectionRoutes } from '../polling/routes.ts';
import { ActivityRecorder } from '../population/activity-recorder.ts';
import { DeviceRegistry } from '../population/device-registry.ts';
import type { EnrolmentVerifier } from '../population/enrolment.ts';
import { RoundControl } from '../rounds/round-control.ts';
import { placeOf } from '../storage/place.ts';
import type { Storage } from '../storage/storage.ts';
import { HourlyCounter } from '../telemetry/hourly-counter.ts';
import { createLog, logEvents, logStart } from '../telemetry/log.ts';
import { watchMetrics } from '../telemetry/metrics.ts';
import type { Config } from './config.ts';
import { openEntrance } from './entrance.ts';
import { type FirstLookPorts, firstLook } from './first-look.ts';
import { deviceRequests } from './front-device-requests.ts';
import { frontRoutes } from './front-routes.ts';
import type { HealthPort } from './health-port.ts';
import { leasesOf } from './leases.ts';
import type { OpenResources } from './open-resources.ts';
import { StorageHealth } from './storage-health.ts';
import { version } from './version.ts';

interface FrontEnvironment {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly verifyEnrolment?: EnrolmentVerifier;
}

/**
 * A front: it enrols devices and sends them to the cells that have their tasks, serves models, and leads what operators ask to cells. It has no
 * state of its own but its connections, so that there may be any number. Throws `config.invalid`, `storage.*`.
 */
export async function openFront(
  config: Config,
  { clock, random, verifyEnrolment }: FrontEnvironment,
  storage: Storage,
  opened: OpenResources,
  closeStorage: () => Promise<void>,
  health: HealthPort | undefined,
  waits: Pick<FirstLookPorts, 'waits' | 'answered'>,
) {
  const leases = leasesOf(storage);
  const events = new CoordinatorEvents();
  const log = createLog(config.log);
  logEvents(events, log);
  const storageHealth = new StorageHealth(storage, clock, events);
  opened.add(() => storageHealth.close());
  const entrance = await openEntrance(
    config,
    { clock, random, verifyEnrolment },
    { storage, events, tasks: [], opened },
  );
  const { secrets, operators, hasOperators, population, bounds, tls } = entrance;
  const { app, connections, gateway, polled } = entrance;
  const activity = new ActivityRecorder(storage.activity, events, clock);
  const hourly = new HourlyCounter(storage.hourlyCounts, events, clock);
  const looks = { clock, events, ...waits };
  const ticketKey = await firstLook(() => leases.ticketKey(), looks);
  const directory: Directory = new Directory({
    leases,
    deal: new PartDeal(ticketKey),
    clock,
    failed: error => events.emit('fault', 'looking where tasks are', error),
    recalled(task) {
      const place = directory.places.get(task)!;
      for (const device of connections.devices)
        connections.comeBack(device, { task, after: requests.comeBackAfter(place) });
    },
    served(task) {
      const { standing } = directory.places.get(task)!.said!;
      connections.announce(task, device => servedBy(standing, device));
    },
  });
  const requests: FrontRequests = new FrontRequests({
    directory,
    tickets: new Tickets(ticketKey),
    clock,
    random,
    connected: () => connections.size,
  });
  await firstLook(() => directory.open(), looks);
  opened.add(() => directory.close());
  const deviceRegistry = new DeviceRegistry(storage.devices, storage.activity, population, {
    isConnected: device => connections.isConnected(device),
    async drop() {},
    disconnect: device => connections.disconnect(device, 'device.revoked'),
  });
  const unfollow = population.follow(
    device => connections.disconnect(device, 'device.revoked'),
    error => events.emit('fault', 'looking for devices that others have revoked', error),
  );
  opened.add(unfollow);

  const taskNames = () => [...directory.places.keys()] as TaskName[];
  let ready = false;
  const readiness = {
    isOpen: () => ready && directory.isFresh,
    tasks: taskNames,
    unreadable: () => [],
    silentSince: () => storageHealth.silentSince,
  };
  healthRoutes(app, readiness);
  const metrics = watchMetrics(
    events,
    {
      // Of rounds, their cells tell.
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
  const { guard, reading } = await frontRoutes(app, {
    ...{ config, storage, directory, operators, secrets, events },
    trustedProxies: bounds.trustedProxies,
  });
  metricRoutes(app, metrics, inTurn(guard, reading.guardOfAll));
  connectionRoutes(app, polled, bounds);
  await serveApps(app, config.apps);
  gateway.open(deviceRequests(requests, events, deviceRegistry));

  const url = await listen(app, config, tls ? 'https' : 'http');
  ready = true;
  health?.become(readiness);
  logStart(log, {
    version,
    url,
    grpc: undefined,
    tasks: taskNames(),
    storage: placeOf(config.storage!).name,
    hasOperators,
    openHere: [],
    isDevelopment: config.development,
  });
  let closed: Promise<void> | undefined;
  const release = async () => {
    ready = false;
    unfollow();
    directory.close();
    polled.close();
    await gateway.close();
    await app.close();
    await activity.close();
    await hourly.close();
    storageHealth.close();
    await closeStorage();
    await health?.close();
  };
  return {
    url,
    grpc: undefined,
    events,
    // Of no task: these are with the cells.
    control: new RoundControl(new Map(), storage.pausedTasks, () => {}),
    runs: new RunControl(new Map(), storage.runs, clock, events),
    async start() {},
    async endRounds() {},
    stop() {
      closed ??= release();
      return closed;
    },
  };
}

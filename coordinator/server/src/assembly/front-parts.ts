import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { ActivityRecorder } from '@murmuration/rounds/population/activity-recorder';
import { DeviceRegistry } from '@murmuration/rounds/population/device-registry';
import { Registry } from '@murmuration/rounds/registry/registry';
import { Traffic } from '@murmuration/rounds/rounds/traffic';
import { Access } from '@murmuration/serving/access/access';
import { PartDeal } from '@murmuration/storage/leases/parts';
import { Directory, servedBy } from '../cells/directory.ts';
import { FrontRequests } from '../cells/front-requests.ts';
import { Tickets } from '../cells/tickets.ts';
import type { DeviceConnections } from '../devices/device-connections.ts';
import type { DeviceRequests } from '../devices/request-handlers.ts';
import type { App } from '../http/app.ts';
import { type Guard, guardBy, inTurn } from '../http/authentication.ts';
import { leadToCells } from '../http/lead-to-cells.ts';
import { readingBy } from '../http/reading.ts';
import { modelRoutes } from '../http/routes/models.ts';
import { wasmRoutes } from '../http/routes/wasm.ts';
import { InferenceTokens } from '../inference/inference-tokens.ts';
import { HourlyCounter } from '../telemetry/hourly-counter.ts';
import { deviceRequests } from './front-device-requests.ts';
import { leasesOf } from './leases.ts';
import type { People } from './people.ts';
import type { Scope } from './scope.ts';

/** Connections that devices keep between requests. */
type Connections = Pick<
  DeviceConnections,
  'size' | 'devices' | 'isConnected' | 'comeBack' | 'announce' | 'disconnect'
>;

/** Parts of a front: its knowledge of the cells, and what answers devices. */
export interface FrontParts {
  readonly directory: Directory;
  readonly requests: DeviceRequests;
  /** Counts devices' activity, and writes it when closed. */
  readonly activity: ActivityRecorder;
  readonly hourly: HourlyCounter;
}

/**
 * Opens the parts of a front. `ticketKey` is the key of the cells. The directory is empty until it has
 * looked.
 */
export function openFrontParts(
  { clock, random, storage, events, opened }: Scope,
  { population }: Pick<People, 'population'>,
  ticketKey: Uint8Array,
  connections?: Connections,
): FrontParts {
  const activity = new ActivityRecorder(storage.activity, events, clock);
  opened.add(() => activity.close());
  const hourly = new HourlyCounter(storage.hourlyCounts, events, clock);
  opened.add(() => hourly.close());
  const directory: Directory = new Directory({
    leases: leasesOf(storage),
    deal: new PartDeal(ticketKey),
    clock,
    failed: error => events.emit('fault', 'looking where tasks are', error),
    recalled(task) {
      const after = requests.comeBackAfter(directory.places.get(task)!);
      for (const device of connections?.devices ?? []) connections!.comeBack(device, { task, after });
    },
    served(task) {
      const { standing } = directory.places.get(task)!.said!;
      connections?.announce(task, device => servedBy(standing, device));
    },
  });
  const requests: FrontRequests = new FrontRequests({
    directory,
    tickets: new Tickets(ticketKey),
    clock,
    random,
    connected: () => connections?.size ?? 0,
  });
  const deviceRegistry = new DeviceRegistry(storage.devices, storage.activity, population, {
    isConnected: device => connections?.isConnected(device) ?? false,
    async drop() {},
    disconnect: device => connections?.disconnect(device, 'device.revoked'),
  });
  return { directory, activity, hourly, requests: deviceRequests(requests, events, deviceRegistry) };
}

/**
 * Adds the routes of a front other than those of connections: models, and requests about a task, which are
 * forwarded to its cell. Returns the guard of routes that cover all tasks.
 */
export async function frontRoutes(
  app: App,
  { config, storage, events }: Scope,
  { operators, authenticator, secrets }: People,
  directory: Pick<Directory, 'places'>,
): Promise<Guard> {
  const access = new Access(config.inference.tokens, secrets);
  const tokens = new InferenceTokens({ store: storage.inferenceTokens, access, ...secrets });
  const reading = readingBy(config.reading, { access, authenticator, refresh: () => tokens.open() });
  const registry = new Registry(storage.blobs, storage.history);
  const served = (task: string) => directory.places.get(task)?.said?.standing.champion;
  modelRoutes(app, registry, storage.history, new Traffic(), events, served, reading);
  wasmRoutes(app);
  await leadToCells(app, directory);
  app.get('/v1/tasks', { schema: { hide: true } }, askCell);
  app.all('/v1/admin/*', { schema: { hide: true } }, askCell);
  return inTurn(guardBy(authenticator, operators), reading.guardOfAll);
}

function askCell(): never {
  throw new MurmurationError(
    'request.not-found',
    'This is a front: it brings devices to the cells, which have the tasks. Ask one of the cells.',
  );
}

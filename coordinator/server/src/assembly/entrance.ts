import { requireProtection } from '@murmuration/rounds/operators/exposure';
import type { EnrolmentVerifier } from '@murmuration/rounds/population/enrolment';
import type { Task } from '@murmuration/rounds/task/task';
import { Admission } from '../devices/admission.ts';
import { DeviceConnections } from '../devices/device-connections.ts';
import { frameLengths } from '../devices/frame-lengths.ts';
import { type App, createApp } from '../http/app.ts';
import { readCertificate } from '../http/certificate.ts';
import { AdminApi } from '../http/routes/admin/admin.ts';
import { PolledConnections } from '../polling/polled-connections.ts';
import { Gateway } from '../socket/gateway.ts';
import { openPeople, type People } from './people.ts';
import type { Scope } from './scope.ts';

/** Entry point of operators and devices. */
export interface Entrance extends People {
  readonly hasOperators: boolean;
  readonly app: App;
  /** Collects admin routes until all parts are open. */
  readonly admin: AdminApi;
  readonly isEncrypted: boolean;
  readonly connections: DeviceConnections;
  readonly gateway: Gateway;
  readonly polled: PolledConnections;
  /** Accepts no more connections, and resolves once all have closed. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the entrance that every role has: accounts and devices, and the server, sockets and polled
 * connections that they use. Nothing listens yet; sockets accept the frames of `tasks` from the beginning.
 * Throws `config.invalid`, `storage.*`.
 */
export async function openEntrance(
  scope: Scope,
  tasks: readonly Task[],
  verifyEnrolment: EnrolmentVerifier | undefined,
): Promise<Entrance> {
  const { config, clock, random, events, opened } = scope;
  const people = openPeople(scope, verifyEnrolment);
  const { operators, population, trustedProxies } = people;
  const hasOperators = await operators.anyValid();
  requireProtection(config, hasOperators);
  await population.open();

  const bounds = { events, clock, limits: config.limits, trustedProxies };
  const tls = config.tls && (await readCertificate(config.tls));
  const app = await createApp({ ...bounds, tls, cors: config.cors });
  const frames = frameLengths(tasks);
  const connections = new DeviceConnections({ ...bounds, random, population, frames });
  const admission = new Admission(config.limits, clock);
  const gateway = new Gateway(app.server, connections, { ...bounds, admission, frames });
  const polled = new PolledConnections(connections, { ...bounds, random, admission });
  let closed: Promise<void> | undefined;
  const closeAll = async () => {
    polled.close();
    await gateway.close();
    await app.close();
  };
  const close = () => {
    closed ??= closeAll();
    return closed;
  };
  opened.add(close);
  const isEncrypted = tls !== undefined;
  const admin = new AdminApi();
  return { ...people, hasOperators, app, admin, isEncrypted, connections, gateway, polled, close };
}

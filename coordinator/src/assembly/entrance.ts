import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Admission } from '../devices/admission.ts';
import { DeviceConnections } from '../devices/device-connections.ts';
import { frameLengths } from '../devices/frame-lengths.ts';
import type { CoordinatorEvents } from '../events/events.ts';
import { createApp } from '../http/app.ts';
import { readCertificate } from '../http/certificate.ts';
import { trustProxies } from '../limits/address.ts';
import { requireProtection } from '../operators/exposure.ts';
import { PolledConnections } from '../polling/polled-connections.ts';
import type { EnrolmentVerifier } from '../population/enrolment.ts';
import { Gateway } from '../socket/gateway.ts';
import type { Storage } from '../storage/storage.ts';
import type { Task } from '../task/task.ts';
import type { Config } from './config.ts';
import type { OpenResources } from './open-resources.ts';
import { operatorsOf, populationOf } from './people.ts';

interface EntranceEnvironment {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly verifyEnrolment?: EnrolmentVerifier | undefined;
}

interface EntranceParts {
  readonly storage: Storage;
  readonly events: CoordinatorEvents;
  /** Whose frames sockets are to take from the beginning. */
  readonly tasks: readonly Task[];
  /** Closes what is opened here where a start fails. */
  readonly opened: OpenResources;
}

/** What operators and devices come in by. */
export type Entrance = Awaited<ReturnType<typeof openEntrance>>;

/**
 * How operators and devices come in, whatever the role of the process: who they are, and the server, sockets and polled connections that they use.
 * Nothing listens yet. Throws `config.invalid`, `storage.*`.
 */
export async function openEntrance(
  config: Config,
  { clock, random, verifyEnrolment }: EntranceEnvironment,
  { storage, events, tasks, opened }: EntranceParts,
) {
  const secrets = { primitives: native, clock, random };
  const operators = operatorsOf(config, storage, secrets, events);
  const hasOperators = await operators.anyValid();
  requireProtection(config, hasOperators);
  const population = populationOf(config, storage, secrets, events, verifyEnrolment);
  await population.open();

  const { limits } = config;
  const bounds = { events, clock, limits, trustedProxies: trustProxies(config.trustedProxies) };
  const tls = config.tls && (await readCertificate(config.tls));
  const app = await createApp({ ...bounds, tls, cors: config.cors });
  opened.add(() => app.close());
  const frames = frameLengths(tasks);
  const connections = new DeviceConnections({ ...bounds, random, population, frames });
  const admission = new Admission(limits, clock);
  const gateway = new Gateway(app.server, connections, { ...bounds, admission, frames });
  opened.add(() => gateway.close());
  const polled = new PolledConnections(connections, { ...bounds, random, admission });
  opened.add(async () => polled.close());
  return {
    secrets,
    operators,
    hasOperators,
    population,
    limits,
    bounds,
    tls,
    app,
    connections,
    gateway,
    polled,
  };
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { EnrolmentVerifier } from '@murmuration/rounds/population/enrolment';
import { injected } from '@murmuration/serving/http/injected';
import { memoryChallenges } from '@murmuration/storage/leases/answered-challenges';
import { S3Objects } from '@murmuration/storage/objects/s3-objects';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import type { FastifyInstance } from 'fastify';
import { Admission } from '../devices/admission.ts';
import { frameLengths } from '../devices/frame-lengths.ts';
import { type App, createApp } from '../http/app.ts';
import { healthRoutes } from '../http/routes/health.ts';
import { SealedTokens } from '../polling/sealed-tokens.ts';
import { UnkeptConnections } from '../polling/unkept-connections.ts';
import { unkeptRoutes } from '../polling/unkept-routes.ts';
import type { Config } from './config.ts';
import { frontRoutes, openFrontParts } from './front-parts.ts';
import { leasesOf } from './leases.ts';
import { OpenResources } from './open-resources.ts';
import { openPeople, type People } from './people.ts';
import { openScope, type Scope } from './scope.ts';

/** Delay in ms after which the next request also writes the devices' activity. */
const writeAfter = 1_000;

/** Front that answers requests handed to it and opens no port. */
export interface FetchedFront {
  /**
   * Answers a request. The client's address is the last entry of `X-Forwarded-For` if `trustedProxies` has
   * `127.0.0.1`.
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /** App for adapters of other platforms, which hand over requests by `inject`. */
  readonly app: FastifyInstance;
  /** Writes what is left and releases the database. */
  close(): Promise<void>;
}

export interface FetchedFrontOptions {
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  /** Custom check of devices that enrol without a valid token, such as an attestation. */
  readonly verifyEnrolment?: EnrolmentVerifier;
  /**
   * Storage that the caller opens and closes; without it, the one that the configuration names is opened, and
   * closed at the end.
   */
  readonly storage?: Stores;
}

/**
 * Opens a front inside a serverless function: it enrols devices, answers their check-ins over plain HTTP with
 * a time to come back or a ticket to a cell, serves models, and forwards what operators ask about a task to
 * its cell. All its state comes with a request or is in the database, so any number of functions can answer
 * any request, and none has to live on in between. Throws `config.invalid` if the configuration is not of a
 * front or would let anybody enrol, and `storage.*`.
 */
export async function fetchFront(
  config: Config,
  { clock = systemClock, random = systemRandom, verifyEnrolment, storage: given }: FetchedFrontOptions = {},
): Promise<FetchedFront> {
  requireFront(config);
  const opened = new OpenResources(clock);
  try {
    const storage =
      given ??
      (await openStorage(config.storage, clock, {
        objects: config.s3 && new S3Objects(config.s3, clock, random),
        role: 'function',
        connections: config.databaseConnections,
      }));
    if (!given) opened.add(() => storage.close());
    const scope = openScope({ config, clock, random, storage, opened });
    const app = await openApp(scope, openPeople(scope, verifyEnrolment));
    const platform = app as unknown as FastifyInstance;
    return {
      fetch: request => injected(platform, request, maxFrameLength),
      app: platform,
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.abandon();
    throw error;
  }
}

async function openApp(scope: Scope, people: People): Promise<App> {
  const { config, clock, random, storage, events, opened } = scope;
  const { population, trustedProxies } = people;
  const { limits } = config;
  const key = await leasesOf(storage).ticketKey();
  const { directory, requests, activity, hourly } = openFrontParts(scope, people, key);
  const app = await createApp({ events, clock, limits, trustedProxies, tls: undefined, cors: config.cors });
  opened.add(() => app.close());
  // The directory is not refreshed between requests, so each request does it first.
  app.addHook('preHandler', () => directory.look());
  let writtenAt = Number.NEGATIVE_INFINITY;
  // Must happen before the answer is sent: afterwards the platform may freeze the function.
  app.addHook('onSend', async () => {
    if (clock.now() - writtenAt < writeAfter) return;
    writtenAt = clock.now();
    await Promise.all([activity.flush(), hourly.flush()]);
  });
  healthRoutes(app, {
    isOpen: () => directory.isFresh,
    tasks: () => [...directory.places.keys()] as TaskName[],
    unreadable: () => [],
  });
  const connections = new UnkeptConnections({
    ...{ clock, random, population, events, requests },
    tokens: new SealedTokens(key),
    answered: storage.challenges ?? memoryChallenges(),
    admission: new Admission(limits, clock),
    frames: frameLengths([]),
  });
  unkeptRoutes(app, connections, { trustedProxies, clock });
  await frontRoutes(app, scope, people, directory);
  return app;
}

/** Throws if the configuration does not suit a function, which is public and whose platform speaks TLS. */
function requireFront({ role, openEnrolment, development, tls }: Config): void {
  const refuse = (why: string) => {
    throw new MurmurationError('config.invalid', `The configuration: ${why}`);
  };
  if (role !== 'front') refuse('role: expected "front", the only one that lives in a function.');
  if (openEnrolment) refuse('openEnrolment: expected false, since anybody may reach a function.');
  if (development) refuse('development: expected false, since anybody may reach a function.');
  if (tls) refuse('tls: expected nothing, since the platform of a function speaks TLS.');
}

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
import { openStorage, type Storage } from '@murmuration/storage/storage';
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

/** ms after which what devices have done is written down with the next request. */
const writeAfter = 1_000;

/** A front that answers whoever brings requests: it opens no port. */
export interface FetchedFront {
  /** Answers a request. Where it comes from, the last of its `X-Forwarded-For` says, if `trustedProxies` has `127.0.0.1`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The same for adapters of other platforms, which bring requests by `inject`. */
  readonly app: FastifyInstance;
  /** Writes what is left, and lets go of the database. */
  close(): Promise<void>;
}

export interface FetchedFrontOptions {
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  /** An app's own check of devices that enrol without a right token, such as an attestation. */
  readonly verifyEnrolment?: EnrolmentVerifier;
  /** Opened and closed by the caller; without it, the storage that the configuration names is opened, and closed at the end. */
  readonly storage?: Storage;
}

/**
 * A front within a function of somebody's platform: it enrols devices, answers their check-ins over plain HTTP with a time to come back or a ticket
 * to a cell, serves models, and leads what operators ask of a task to its cell. All that it knows comes with a request or is in the database, so
 * that any number of functions answer any request, and none has to live on in between. Throws `config.invalid` where the
 * configuration is of no front or anybody could enrol, and `storage.*`.
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
  // Before whatever is asked, since nothing was looked at meanwhile.
  app.addHook('preHandler', () => directory.look());
  let writtenAt = Number.NEGATIVE_INFINITY;
  // Before the answer is out: afterwards the platform may stop everything.
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

/** A function is reached by anybody, and its platform speaks TLS. */
function requireFront({ role, openEnrolment, development, tls }: Config): void {
  const refuse = (why: string) => {
    throw new MurmurationError('config.invalid', `The configuration: ${why}`);
  };
  if (role !== 'front') refuse('role: expected "front", the only one that lives in a function.');
  if (openEnrolment) refuse('openEnrolment: expected false, since anybody may reach a function.');
  if (development) refuse('development: expected false, since anybody may reach a function.');
  if (tls) refuse('tls: expected nothing, since the platform of a function speaks TLS.');
}

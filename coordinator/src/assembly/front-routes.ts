import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Access } from '@murmuration/serving/access/access';
import type { Directory } from '../cells/directory.ts';
import type { CoordinatorEvents } from '../events/events.ts';
import type { App } from '../http/app.ts';
import { type Guard, guardBy } from '../http/authentication.ts';
import { leadToCells } from '../http/lead-to-cells.ts';
import { OperatorAuthenticator } from '../http/operator-authenticator.ts';
import { openReading, type Reading, tokenReading } from '../http/reading.ts';
import { modelRoutes } from '../http/routes/models.ts';
import { wasmRoutes } from '../http/routes/wasm.ts';
import { InferenceTokens } from '../inference/inference-tokens.ts';
import type { TrustedProxies } from '../limits/address.ts';
import type { Operators } from '../operators/operators.ts';
import { Sessions } from '../operators/sessions.ts';
import { Registry } from '../registry/registry.ts';
import { Traffic } from '../rounds/traffic.ts';
import type { Storage } from '../storage/storage.ts';
import type { Config } from './config.ts';
import type { Secrets } from './people.ts';

interface FrontParts {
  readonly config: Config;
  readonly storage: Storage;
  readonly directory: Pick<Directory, 'places'>;
  readonly operators: Operators;
  readonly secrets: Secrets;
  readonly events: CoordinatorEvents;
  readonly trustedProxies: TrustedProxies;
}

/** The routes of a front beside those of connections: models, and what is asked of a task, which is led to its cell. */
export async function frontRoutes(
  app: App,
  { config, storage, directory, operators, secrets, events, trustedProxies }: FrontParts,
): Promise<{ readonly guard: Guard; readonly reading: Reading }> {
  const sessions = new Sessions(operators, storage.sessions, secrets, () => events.emit('signed-out'));
  const authenticator = new OperatorAuthenticator(operators, sessions, trustedProxies);
  const served = (task: string) => directory.places.get(task)?.said?.standing.champion;
  const registry = new Registry(storage.blobs, storage.history);
  const access = new Access(config.inference.tokens, secrets);
  const tokens = new InferenceTokens({ store: storage.inferenceTokens, access, ...secrets });
  const reading =
    config.reading === 'tokens'
      ? tokenReading({ access, authenticator, refresh: () => tokens.open() })
      : openReading;
  modelRoutes(app, registry, storage.history, new Traffic(), events, served, reading);
  wasmRoutes(app);
  await leadToCells(app, directory);
  app.get('/v1/tasks', { schema: { hide: true } }, askCell);
  app.all('/v1/admin/*', { schema: { hide: true } }, askCell);
  return { guard: guardBy(authenticator, operators), reading };
}

function askCell(): never {
  throw new MurmurationError(
    'request.not-found',
    'This is a front: it brings devices to the cells, which have the tasks. Ask one of the cells.',
  );
}

import { type InferenceTokenMessage, inferenceToken } from '@murmuration/api/token';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import * as z from 'zod';
import { expiry } from '../arguments/lifetime.ts';
import { nameOf } from '../arguments/name.ts';
import type { RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { say, sayJson } from '../output/output.ts';
import { create, sayEntry, showCreated, type TokenActions } from './token-actions.ts';

type Right = InferenceTokenMessage['rights'][number];
/** Rights that a token for models may have. */
export const rights = inferenceToken.shape.rights.element.options;

/** Options of `murmuration tokens create` for a token with which programs ask models. */
interface CreateOptions extends RemoteOptions {
  readonly name: string;
  readonly right?: Right[];
  readonly model?: string[];
  readonly expires?: string;
  readonly perSecond?: number;
  readonly perDay?: number;
  readonly forConfig?: boolean;
}

const route = '/inference-tokens';
const columns = ['id', 'name', 'state', 'rights', 'models', 'per second', 'quota', 'created', 'expires'];

/** Tokens with which programs ask the models of a running coordinator, or of an inference server. */
export const inferenceTokens: TokenActions<RemoteOptions, CreateOptions, RemoteOptions> = {
  show: given =>
    showCreated(given, route, inferenceToken, columns, ({ id, name, state, rate, quota, ...token }) => [
      ...[id, name, state, token.rights.join(', '), token.models?.join(', ') ?? null],
      ...[rate?.perSecond ?? null, quota && `${quota.requests} in ${quota.hours} h`],
      ...[token.createdAt, token.expiresAt],
    ]),

  async create({ name, right = ['predict'], model, perSecond, perDay, ...given }) {
    const owner = nameOf(name);
    const expiresAt = isoOrNull(expiry(given.expires, systemClock.now()));
    if (given.forConfig) {
      // Loaded only here, so that no other command waits for it.
      const { mintInferenceToken } = await import('@murmuration/serving/access/tokens');
      const { text, id, sha256 } = mintInferenceToken(systemRandom, native);
      const entry = {
        ...{ id, name: owner, rights: right },
        ...(model && { models: model }),
        sha256,
        ...(expiresAt !== null && { expiresAt }),
        ...(perSecond !== undefined && { rate: { perSecond } }),
        ...(perDay !== undefined && { quota: { requests: perDay } }),
      };
      return sayEntry(text, entry, 'inference.tokens', given.json);
    }
    const body = {
      ...{ name: owner, rights: right, models: model ?? null, expiresAt },
      rate: perSecond === undefined ? null : { burst: perSecond, perSecond },
      quota: perDay === undefined ? null : { requests: perDay, hours: 24 },
    };
    await create(given, route, body, inferenceToken);
  },

  async revoke(id, given) {
    const path = `${route}/${encodeURIComponent(id)}/revoke`;
    const revoked = await new AdminClient(given).post(path, {}, z.object({ token: inferenceToken }));
    if (given.json) return sayJson(revoked.token);
    say(`The token ${id} is revoked.`);
  },
};

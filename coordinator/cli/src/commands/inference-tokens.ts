import { type InferenceTokenMessage, inferenceToken } from '@murmuration/api/token';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { type Command, Option } from 'commander';
import * as z from 'zod';
import { expires, expiry } from '../arguments/lifetime.ts';
import { nameOf } from '../arguments/name.ts';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { say, sayJson } from '../output/output.ts';
import { create, listCreated } from './created-tokens.ts';

type Right = InferenceTokenMessage['rights'][number];
const rights = inferenceToken.shape.rights.element.options;

interface CreateOptions extends RemoteOptions {
  readonly name: string;
  readonly right: Right[];
  readonly model?: string[];
  readonly expires?: string;
  readonly perSecond?: number;
  readonly perDay?: number;
}

const route = '/inference-tokens';

/**
 * Adds `murmuration inference-tokens list|create|revoke`, for access to the models of a running coordinator.
 */
export function inferenceTokenCommands(program: Command): void {
  const tokens = program
    .command('inference-tokens')
    .description('tokens for the inference server of a running coordinator');

  const limits = ['rights', 'models', 'per second', 'quota'];
  const columns = ['id', 'name', 'state', ...limits, 'created', 'expires'];
  listCreated(tokens, route, inferenceToken, columns, ({ id, name, state, rate, quota, ...token }) => [
    ...[id, name, state, token.rights.join(', '), token.models?.join(', ') ?? null, rate?.perSecond ?? null],
    quota && `${quota.requests} in ${quota.hours} h`,
    ...[token.createdAt, token.expiresAt],
  ]);

  operatorOptions(
    tokens.command('create').description('create a token that is valid at once; it is shown only once'),
  )
    .requiredOption('-n, --name <name>', 'the name of its owner')
    .addOption(new Option('-r, --right <right...>', 'what it allows').choices(rights).default(['predict']))
    .option('-m, --model <name...>', 'the models that it is for (default: all)')
    .option(...expires)
    .option('--per-second <requests>', 'requests a second in the long run, and as many at once', wholeNumber)
    .option('--per-day <requests>', 'its quota of requests, which comes back over a day', wholeNumber)
    .action(async ({ name, right, model, perSecond, perDay, ...given }: CreateOptions) => {
      const body = {
        name: nameOf(name),
        rights: right,
        models: model ?? null,
        expiresAt: isoOrNull(expiry(given.expires, systemClock.now())),
        rate: perSecond === undefined ? null : { burst: perSecond, perSecond },
        quota: perDay === undefined ? null : { requests: perDay, hours: 24 },
      };
      await create(given, route, body, inferenceToken);
    });

  operatorOptions(
    tokens.command('revoke').description('revoke a token: it is refused from the next request on'),
  )
    .argument('<id>', 'the id that `list` shows')
    .action(async (id: string, given: RemoteOptions) => {
      const path = `${route}/${encodeURIComponent(id)}/revoke`;
      const revoked = await new AdminClient(given).post(path, {}, z.object({ token: inferenceToken }));
      if (given.json) return sayJson(revoked.token);
      say(`The token ${id} is revoked.`);
    });
}

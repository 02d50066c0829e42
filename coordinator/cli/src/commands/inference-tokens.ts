import { type InferenceTokenMessage, inferenceToken } from '@murmuration/api/token';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { type Command, Option } from 'commander';
import * as z from 'zod';
import { expiry } from '../arguments/lifetime.ts';
import { nameOf } from '../arguments/name.ts';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { pagesAfter } from '../client/pages.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';

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

const tokenPage = z.object({ tokens: z.array(inferenceToken), next: z.string().nullable() });

/**
 * Adds `murmuration inference-tokens list|create|revoke`, for access to the models of a running coordinator.
 */
export function inferenceTokenCommands(program: Command): void {
  const tokens = program
    .command('inference-tokens')
    .description('tokens for the inference server of a running coordinator');

  operatorOptions(
    tokens
      .command('list', { isDefault: true })
      .description(
        'list the tokens that operators created, newest first, without those of the configuration',
      ),
  ).action(async (given: RemoteOptions) => {
    const client = new AdminClient(given);
    const found = await pagesAfter(Number.POSITIVE_INFINITY, query =>
      client.get(`/inference-tokens?${query}`, tokenPage).then(page => [page.tokens, page.next] as const),
    );
    if (given.json) return sayJson(found);
    sayTable(
      ['id', 'name', 'state', 'rights', 'models', 'per second', 'quota', 'created', 'expires'],
      found.map(({ id, name, state, rights, models, rate, quota, createdAt, expiresAt }) => [
        id,
        name,
        state,
        rights.join(', '),
        models?.join(', ') ?? null,
        rate?.perSecond ?? null,
        quota && `${quota.requests} in ${quota.hours} h`,
        createdAt,
        expiresAt,
      ]),
    );
  });

  operatorOptions(
    tokens.command('create').description('create a token that is valid at once; it is shown only once'),
  )
    .requiredOption('-n, --name <name>', 'the name of its owner')
    .addOption(new Option('-r, --right <right...>', 'what it allows').choices(rights).default(['predict']))
    .option('-m, --model <name...>', 'the models that it is for (default: all)')
    .option(
      '-e, --expires <time>',
      'when it expires, for example "12 h" or "90 d" from now; without it, it stays valid until it is revoked',
    )
    .option('--per-second <requests>', 'requests a second in the long run, and as many at once', wholeNumber)
    .option('--per-day <requests>', 'its quota of requests, which comes back over a day', wholeNumber)
    .action(async ({ name, right, model, expires, perSecond, perDay, ...given }: CreateOptions) => {
      const body = {
        name: nameOf(name),
        rights: right,
        models: model ?? null,
        expiresAt: isoOrNull(expiry(expires, systemClock.now())),
        rate: perSecond === undefined ? null : { burst: perSecond, perSecond },
        quota: perDay === undefined ? null : { requests: perDay, hours: 24 },
      };
      const schema = z.object({ token: inferenceToken, text: z.string() });
      const made = await new AdminClient(given).post('/inference-tokens', body, schema);
      if (given.json) return sayJson({ ...made.token, text: made.text });
      say(made.text);
      note(
        `Copy the token now. It won't be shown again; the coordinator stores only a hash. Its id is ${made.token.id}.`,
      );
    });

  operatorOptions(
    tokens.command('revoke').description('revoke a token: it is refused from the next request on'),
  )
    .argument('<id>', 'the id that `list` shows')
    .action(async (id: string, given: RemoteOptions) => {
      const path = `/inference-tokens/${encodeURIComponent(id)}/revoke`;
      const revoked = await new AdminClient(given).post(path, {}, z.object({ token: inferenceToken }));
      if (given.json) return sayJson(revoked.token);
      say(`The token ${id} is revoked.`);
    });
}

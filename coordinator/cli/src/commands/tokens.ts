import { type Role, roles } from '@murmuration/api/role';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { type Command, Option } from 'commander';
import { expires, expiry } from '../arguments/lifetime.ts';
import { nameOf } from '../arguments/name.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { type StorageOptions, storageFolder, storageOptions } from '../arguments/storage-folder.ts';
import { type OperatorTokens, remoteTokens, withStoredTokens } from '../client/operator-tokens.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';

interface Options extends RemoteOptions, StorageOptions {}

interface CreateOptions extends Options {
  readonly role: Role;
  readonly name: string;
  readonly expires?: string;
  readonly forConfig?: boolean;
}

/** Adds `murmuration tokens create|list|revoke`, for the tokens of operators. */
export function tokenCommands(program: Command): void {
  const tokens = program
    .command('tokens')
    .description(
      'operator tokens, of the storage folder that is named (a coordinator may be running on it), or of the coordinator at --url',
    );

  options(tokens.command('create').description('create a token; it is shown only once'))
    .addOption(new Option('-r, --role <role>', 'what it allows').choices(roles).makeOptionMandatory())
    .requiredOption('-n, --name <name>', 'the name of its owner, as the audit log shows it')
    .option(...expires)
    .option('--for-config', 'store nothing, and print what to add to "operatorTokens" of a configuration')
    .action(async (given: CreateOptions) => {
      const name = nameOf(given.name);
      if (given.forConfig) return createForConfig(name, given);
      const expiresAt = expiry(given.expires, systemClock.now());
      const { token, text } = await withTokens(given, tokens => tokens.create(name, given.role, expiresAt));
      if (given.json) return sayJson({ ...token, text });
      say(text);
      note(
        `Copy the token of ${name} (${token.role}) now. It won't be shown again; only a hash is stored. Its id is ${token.id}.`,
      );
    });

  options(tokens.command('list').description('list all tokens, newest first')).action(
    async (given: Options) => {
      const all = await withTokens(given, tokens => tokens.list());
      if (given.json) return sayJson(all);
      sayTable(
        ['id', 'name', 'role', 'state', 'created', 'expires'],
        all.map(token => [token.id, token.name, token.role, token.state, token.createdAt, token.expiresAt]),
      );
    },
  );

  options(tokens.command('revoke').description('revoke a token: nobody can use it any more'))
    .argument('<id>', 'the id that `list` shows')
    .action(async (id: string, given: Options) => {
      await withTokens(given, tokens => tokens.revoke(id));
      if (given.json) return sayJson({ id, state: 'revoked' });
      say(`The token ${id} is revoked.`);
    });
}

function options(command: Command): Command {
  return operatorOptions(storageOptions(command));
}

async function withTokens<Result>(
  given: Options,
  work: (tokens: OperatorTokens) => Promise<Result>,
): Promise<Result> {
  const { MURMURATION_TOKEN: token, MURMURATION_STORAGE: storage } = process.env;
  const isLocal = given.storage !== undefined || given.config !== undefined || (!token && storage);
  return isLocal ? withStoredTokens(await storageFolder(given), work) : work(remoteTokens(given));
}

function createForConfig(name: string, { role, expires, json }: CreateOptions): void {
  if (expires !== undefined)
    throw new MurmurationError(
      'config.invalid',
      'A token of the configuration is valid until you remove it; leave out --expires.',
    );
  const { text, proof } = mintToken('operator', systemRandom, native);
  const entry = { id: proof.id, name, role, sha256: hex(proof.digest) };
  if (json) {
    sayJson({ text, entry });
    return;
  }
  say(text);
  note(
    `Copy the token now; it won't be shown again. Add this to "operatorTokens" of the configuration:\n${JSON.stringify(entry)}`,
  );
}

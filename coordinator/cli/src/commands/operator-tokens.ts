import type { Role } from '@murmuration/api/role';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { expiry } from '../arguments/lifetime.ts';
import { nameOf } from '../arguments/name.ts';
import type { RemoteOptions } from '../arguments/remote-options.ts';
import { type StorageOptions, storageFolder } from '../arguments/storage-folder.ts';
import { type OperatorTokens, remoteTokens, withStoredTokens } from '../client/operator-tokens.ts';
import { note, say, sayJson, sayTable } from '../output/output.ts';
import { sayEntry, type TokenActions } from './token-actions.ts';

interface Options extends RemoteOptions, StorageOptions {}

/** Options of `murmuration tokens create` for a token of an operator. */
interface CreateOptions extends Options {
  readonly role?: Role;
  readonly name: string;
  readonly expires?: string;
  readonly forConfig?: boolean;
}

/** Tokens of operators, in a storage folder or at a running coordinator. */
export const operatorTokens: TokenActions<Options, CreateOptions, Options> = {
  async show(given) {
    const all = await withTokens(given, tokens => tokens.list());
    if (given.json) return sayJson(all);
    sayTable(
      ['id', 'name', 'role', 'state', 'created', 'expires'],
      all.map(token => [token.id, token.name, token.role, token.state, token.createdAt, token.expiresAt]),
    );
  },

  async create(given) {
    const name = nameOf(given.name);
    const { role, expires, json } = given;
    if (role === undefined)
      throw new MurmurationError('config.invalid', 'Say by --role what the operator may do.');
    if (given.forConfig) {
      if (expires !== undefined)
        throw new MurmurationError(
          'config.invalid',
          'A token of the configuration is valid until you remove it; leave out --expires.',
        );
      const { text, proof } = mintToken('operator', systemRandom, native);
      return sayEntry(text, { id: proof.id, name, role, sha256: hex(proof.digest) }, 'operatorTokens', json);
    }
    const expiresAt = expiry(expires, systemClock.now());
    const { token, text } = await withTokens(given, tokens => tokens.create(name, role, expiresAt));
    if (json) return sayJson({ ...token, text });
    say(text);
    note(
      `Copy the token of ${name} (${token.role}) now. It won't be shown again; only a hash is stored. Its id is ${token.id}.`,
    );
  },

  async revoke(id, given) {
    await withTokens(given, tokens => tokens.revoke(id));
    if (given.json) return sayJson({ id, state: 'revoked' });
    say(`The token ${id} is revoked.`);
  },
};

async function withTokens<Result>(
  given: Options,
  work: (tokens: OperatorTokens) => Promise<Result>,
): Promise<Result> {
  const { MURMURATION_TOKEN: token, MURMURATION_STORAGE: storage } = process.env;
  const isLocal = given.storage !== undefined || given.config !== undefined || (!token && storage);
  return isLocal ? withStoredTokens(await storageFolder(given), work) : work(remoteTokens(given));
}

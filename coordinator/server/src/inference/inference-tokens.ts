import type { TokenState } from '@murmuration/api/token';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import type { Page } from '@murmuration/rounds/paging/paging';
import type { InferenceTokenStore, StoredInferenceToken } from '@murmuration/rounds/tokens/inference-token';
import { isValid, stateOf } from '@murmuration/rounds/tokens/secret-token';
import type { Access } from '@murmuration/serving/access/access';
import { type InferenceToken, mintInferenceToken } from '@murmuration/serving/access/tokens';

/** Maximum number of valid tokens; all of them are in memory. */
const maxTokens = 1_000;

/** Terms that are chosen when a token is created. */
export type InferenceTokenTerms = Pick<
  StoredInferenceToken,
  'name' | 'rights' | 'models' | 'rate' | 'quota' | 'expiresAt'
>;

interface Ports {
  readonly store: InferenceTokenStore;
  /** Access control that accepts these tokens in addition to those of the configuration. */
  readonly access: Pick<Access, 'alsoHold'>;
  readonly primitives: Primitives;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Inference tokens that operators create and revoke while the coordinator runs. */
export class InferenceTokens {
  readonly #ports: Ports;
  /** Makes each read of the storage and the update of the access control one step. */
  readonly #turns = new PromiseQueue();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Accepts exactly the tokens that are now in the storage; call it before the first request, and again if
   * another process may change them.
   */
  open(): Promise<void> {
    return this.#turns.run(() => this.#hold());
  }

  /** Creates a token; only the caller gets its text. Throws `request.too-many` if there are too many. */
  create(
    terms: InferenceTokenTerms,
  ): Promise<{ readonly token: StoredInferenceToken; readonly text: string }> {
    const { store, primitives, random, clock } = this.#ports;
    return this.#turns.run(async () => {
      const { tokens } = await store.unrevoked();
      if (tokens.length >= maxTokens)
        throw new MurmurationError(
          'request.too-many',
          `There are ${maxTokens} inference tokens, which are the most; revoke those that nobody uses.`,
        );
      const { text, id, sha256 } = mintInferenceToken(random, primitives);
      const digest = new Uint8Array(Buffer.from(sha256, 'hex'));
      const token = { ...terms, id, digest, createdAt: clock.now(), revokedAt: null };
      await store.add(token);
      await this.#hold();
      return { token, text };
    });
  }

  list(page: Page): Promise<readonly StoredInferenceToken[]> {
    return this.#ports.store.list(page);
  }

  /** Returns the current state of a token. */
  stateOf(token: StoredInferenceToken): TokenState {
    return stateOf(token, this.#ports.clock.now());
  }

  /** Revokes a token and returns its new state, or undefined if no token with this id can be revoked. */
  revoke(id: string): Promise<StoredInferenceToken | undefined> {
    const { store, clock } = this.#ports;
    return this.#turns.run(async () => {
      if (!(await store.revoke(id, clock.now()))) return undefined;
      await this.#hold();
      return store.get(id);
    });
  }

  async #hold(): Promise<void> {
    const { store, access, clock } = this.#ports;
    const { tokens, hasAny } = await store.unrevoked();
    const now = clock.now();
    access.alsoHold(tokens.filter(token => isValid(token, now)).map(heldOf), hasAny);
  }
}

function heldOf({ digest, expiresAt, ...token }: StoredInferenceToken): InferenceToken {
  const { id, name, rights, models, rate, quota } = token;
  return {
    id,
    name,
    rights: [...rights],
    models,
    rate,
    quota,
    sha256: hex(digest),
    expiresAt: isoOrNull(expiresAt),
  };
}

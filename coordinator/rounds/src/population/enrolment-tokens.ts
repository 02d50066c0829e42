import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Page } from '../paging/paging.ts';
import { mintToken } from '../tokens/secret-token.ts';
import type { EnrolmentToken, EnrolmentTokenStore } from './enrolment-token.ts';

/** Creates, lists and revokes enrolment tokens. */
export class EnrolmentTokens {
  readonly #store: EnrolmentTokenStore;
  readonly #ports: { readonly primitives: Primitives; readonly clock: Clock; readonly random: RandomBytes };

  constructor(
    store: EnrolmentTokenStore,
    ports: { readonly primitives: Primitives; readonly clock: Clock; readonly random: RandomBytes },
  ) {
    this.#store = store;
    this.#ports = ports;
  }

  /** ms since 1970. */
  get now(): number {
    return this.#ports.clock.now();
  }

  list(page: Page): Promise<readonly EnrolmentToken[]> {
    return this.#store.list(page);
  }

  /** Creates a token; `text` is its only copy in plain text. */
  async create(
    terms: Pick<EnrolmentToken, 'name' | 'maxUses' | 'expiresAt'>,
  ): Promise<{ token: EnrolmentToken; text: string }> {
    const { text, proof } = mintToken('enrolment', this.#ports.random, this.#ports.primitives);
    const token = { ...proof, ...terms, uses: 0, createdAt: this.#ports.clock.now(), revokedAt: null };
    await this.#store.add(token);
    return { token, text };
  }

  /** Lists the devices that have enrolled with a token. */
  users(id: string): Promise<readonly DeviceId[]> {
    return this.#store.users(id);
  }

  /** Revokes a token and returns it; undefined if it doesn't exist. */
  async revoke(id: string): Promise<EnrolmentToken | undefined> {
    await this.#store.revoke(id, this.#ports.clock.now());
    return this.#store.get(id);
  }
}

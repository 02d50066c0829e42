import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { PlatformClient } from '../client/client.ts';
import { whileWanted } from '../retry/while-wanted.ts';
import type { RoundCosts } from '../session/costs.ts';
import type { RoundProgress } from '../session/events.ts';
import { asError } from '../training/training-errors.ts';
import type { ConnectionState } from '../transport/connection-state.ts';
import { KeptState } from './kept-state.ts';

export interface FederationState {
  /** Client; undefined on a server, and in the first rendering. */
  readonly client: PlatformClient | undefined;
  readonly connection: ConnectionState;
  /** Consent of the person; undefined until it is read. */
  readonly hasConsent: boolean | undefined;
  readonly isPaused: boolean;
  /** Current or last round of this device; undefined before the first. */
  readonly round: RoundProgress | undefined;
  /** Costs of the last round, once the device's part has ended; undefined before the first. */
  readonly costs: RoundCosts | undefined;
  /** Last error; undefined again once the device is connected. */
  readonly error: MurmurationError | undefined;
}

/** State on a server, and in the first rendering. */
export const before: FederationState = {
  client: undefined,
  connection: { state: 'off' },
  hasConsent: undefined,
  isPaused: false,
  round: undefined,
  costs: undefined,
  error: undefined,
};

/** Follows a client from `follow` until the function that it returns is called. */
export class FollowedClient {
  readonly #state = new KeptState(before);
  #made: (client: PlatformClient) => void = () => {};
  /**
   * Resolves at the first `follow`: effects of children run before it, and their calls must reach the client.
   */
  readonly #client = new Promise<PlatformClient>(resolve => {
    this.#made = resolve;
  });
  readonly read = this.#state.read;
  readonly subscribe = this.#state.subscribe;

  /** Follows a client; `isStarted`: starts it, and stops it at the end. */
  follow(client: PlatformClient, isStarted: boolean): () => void {
    const state = this.#state;
    let isFollowed = true;
    const failed = (error: unknown) => {
      if (isFollowed) state.change({ error: asError(error) });
    };
    const readConsent = async () => {
      const hasConsent = await client.hasConsent();
      if (isFollowed) state.change({ hasConsent });
    };
    this.#made(client);
    state.change({ client, connection: client.state });
    const off = [
      client.subscribe(() => {
        const connection = client.state;
        state.change(connection.state === 'connected' ? { connection, error: undefined } : { connection });
        // Another tab may have changed it.
        readConsent().catch(failed);
      }),
      client.on('round', round => state.change({ round })),
      client.on('costs', costs => state.change({ costs })),
      client.on('error', failed),
    ];
    readConsent().catch(failed);
    if (isStarted) client.start().catch(failed);
    return () => {
      isFollowed = false;
      for (const end of off) end();
      // The client also stays paused.
      state.change({ ...before, isPaused: state.read().isPaused });
      if (isStarted) client.stop().catch(() => {});
    };
  }

  async setConsent(given: boolean, signal?: AbortSignal): Promise<void> {
    await this.#ask(client => client.setConsent(given, signal), signal);
    this.#state.change({ hasConsent: given });
  }

  /** Changes the state at once; resolves when it is done. */
  async pause(isPaused: boolean, signal?: AbortSignal): Promise<void> {
    this.#state.change({ isPaused });
    await this.#ask(client => (isPaused ? client.pause(signal) : client.resume(signal)), signal);
  }

  async forget(signal?: AbortSignal): Promise<void> {
    const hasConsent = await this.#ask(async client => {
      await client.forget(signal);
      return client.hasConsent(signal);
    }, signal);
    this.#state.change({ round: undefined, costs: undefined, hasConsent });
  }

  /** Calls `question` with the client, once there is one. */
  #ask<Result>(
    question: (client: PlatformClient) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    return whileWanted(async () => question(await this.#client), signal);
  }
}

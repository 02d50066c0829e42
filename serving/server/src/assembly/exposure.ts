import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { isLoopback } from '../access/loopback.ts';
import type { InferenceToken } from '../access/tokens.ts';

/** Throws `config.invalid` if other machines could reach an inference server without a token. */
export function requireToken(host: string, tokens: readonly InferenceToken[]): void {
  if (isLoopback(host) || tokens.length > 0) return;
  throw new MurmurationError(
    'config.invalid',
    `The host ${host} can be reached from other machines, and there is no inference token. Make one with murmuration tokens create --kind inference --for-config and list it in the configuration, or listen on 127.0.0.1.`,
  );
}

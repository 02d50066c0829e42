import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { isLoopback } from '@murmuration/serving/access/loopback';

/**
 * True if clients from other machines are expected; rights of local programs would then be open to every
 * client of a relay.
 */
export function isReached(
  {
    publicUrl,
    cellUrl,
    trustedProxies,
    development,
  }: {
    readonly publicUrl?: string | undefined;
    readonly cellUrl?: string | undefined;
    readonly trustedProxies: readonly string[];
    readonly development: boolean;
  },
  hasOperators: boolean,
): boolean {
  if (development) return false;
  return hasOperators || publicUrl !== undefined || cellUrl !== undefined || trustedProxies.length > 0;
}

/**
 * Refuses to listen on an address that other machines can reach without protection. Throws `config.invalid`
 * with what is missing and how to get it.
 */
export function requireProtection(
  {
    host,
    openEnrolment,
    development = false,
  }: { readonly host: string; readonly openEnrolment: boolean; readonly development?: boolean },
  hasOperators: boolean,
): void {
  if (isLoopback(host)) return;
  const refuse = (why: string) => {
    throw new MurmurationError(
      'config.invalid',
      `The configuration: host: ${host} can be reached from other machines, and ${why} Or listen on 127.0.0.1.`,
    );
  };
  if (development) refuse('with development devices give up what protects them; leave it out.');
  if (openEnrolment)
    refuse(
      'with openEnrolment anybody could enrol devices; use enrolment tokens, or a verifier of your own.',
    );
  if (!hasOperators)
    refuse(
      'there is no valid operator token; make one: murmuration tokens create --role admin --name NAME --storage FOLDER.',
    );
}

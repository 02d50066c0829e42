import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { isLoopback } from '@murmuration/serving/access/loopback';

/**
 * Refuses to be reached from other machines without protection. Throws `config.invalid`, saying what is missing and how to get
 * it.
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

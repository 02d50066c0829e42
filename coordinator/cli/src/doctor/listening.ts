import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Config } from '@murmuration/coordinator/assembly/config';
import { isReached } from '@murmuration/rounds/operators/exposure';
import { isLoopback } from '@murmuration/serving/access/loopback';
import { type Checkup, fault, ok, reason, warning } from './finding.ts';

type Where = Pick<Config, 'host' | 'port' | 'tls'>;

/** Returns true if a coordinator answers at the configured address. */
export function answersAt({ host, port, tls }: Where): Promise<boolean> {
  if (port === 0) return Promise.resolve(false);
  const there = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const options = { host: there, port, path: '/health/live', timeout: 2_000 };
  return new Promise(resolve => {
    const answered = ({ statusCode }: IncomingMessage) => {
      resolve(statusCode === 200);
      asked.destroy();
    };
    // The validity of its certificate is checked separately.
    const asked = tls
      ? httpsRequest({ ...options, rejectUnauthorized: false }, answered)
      : httpRequest(options, answered);
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** Checks that the port is free and permitted; `isRunning`: a coordinator answers there. */
export async function checkPort({ host, port }: Where, isRunning: boolean): Promise<Checkup> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen({ host, port }, resolve);
    });
    return ok('port', port === 0 ? `Any free port of ${host} is taken.` : `Port ${port} of ${host} is free.`);
  } catch (error) {
    const another = 'choose another one ("port", MURMURATION_PORT)';
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EADDRINUSE':
        return isRunning
          ? warning(
              'port',
              `A coordinator listens on port ${port} of ${host} already.`,
              `Stop it before another one starts there, or ${another}.`,
            )
          : fault(
              'port',
              `Port ${port} of ${host} is taken by another program.`,
              `End that program (ss -ltnp shows it), or ${another}.`,
            );
      case 'EACCES':
        return fault(
          'port',
          `Listening on port ${port} of ${host} is not allowed.`,
          'Choose a port from 1024 on, with a proxy on the lower one, or give the service CAP_NET_BIND_SERVICE.',
        );
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        return fault(
          'port',
          `${host} is not an address of this machine.`,
          'Set "host" to one that it has, such as 127.0.0.1, or 0.0.0.0 for all.',
        );
      default:
        return fault(
          'port',
          `Listening on ${host}:${port} fails: ${reason(error)}.`,
          `Fix that, or ${another}.`,
        );
    }
  } finally {
    server.close();
  }
}

/** Checks that a coordinator reachable from outside has an operator token and no open enrolment. */
export function checkExposure(
  { host, openEnrolment }: Pick<Config, 'host' | 'openEnrolment'>,
  hasOperators: boolean,
): Checkup {
  const create = 'murmuration tokens create --role admin --name NAME --storage FOLDER';
  if (!isLoopback(host) && openEnrolment)
    return fault(
      'operators',
      `Other machines reach ${host}, and openEnrolment lets anybody enrol devices.`,
      'Set "openEnrolment" to false and let devices enrol with tokens, or listen on 127.0.0.1.',
    );
  if (hasOperators) return ok('operators', 'A valid operator token exists.');
  const says = 'There is no valid operator token';
  return isLoopback(host)
    ? warning('operators', `${says}, so that nobody can steer this coordinator.`, `Make one: ${create}.`)
    : fault(
        'operators',
        `${says}, and other machines reach ${host}.`,
        `Make one: ${create}; or listen on 127.0.0.1.`,
      );
}

/** Checks that clients of the models need a token. */
export function checkInference(config: Config, hasOperators: boolean): Checkup {
  const { host, inference } = config;
  if (inference.tokens.length > 0 || isReached(config, hasOperators) || !isLoopback(host))
    return ok('inference', 'Nobody asks its models or tells outcomes without an inference token.');
  return warning(
    'inference',
    'Without a token, programs on this machine ask its models and tell outcomes; so do others who come by a tunnel or a port that is passed on.',
    'List a token in "inference.tokens" (murmuration tokens create --kind inference --for-config makes one), or make an operator token.',
  );
}

/** Milliseconds before the end of a certificate at which the warning begins: two weeks. */
const soon = 14 * 86_400_000;

/**
 * Checks that the files of a certificate are readable, belong together, and are valid at `now`, in ms since
 * 1970.
 */
export async function checkTls({ host, tls, trustedProxies }: Config, now: number): Promise<Checkup> {
  if (!tls)
    return isLoopback(host) || trustedProxies.length > 0
      ? ok('tls', 'It speaks plain HTTP, to this machine or to a proxy.')
      : warning(
          'tls',
          `It speaks plain HTTP on ${host}, where others can read and change what devices send.`,
          'Name a certificate in "tls", or put a proxy with TLS in front and name that in "trustedProxies".',
        );
  const files: Record<string, Buffer> = {};
  for (const field of ['certificate', 'key'] as const) {
    try {
      files[field] = await readFile(tls[field]);
    } catch (error) {
      return fault(
        'tls',
        `The file of tls.${field} can't be read: ${reason(error)}.`,
        `Put it there, let the account of the coordinator read it, or correct "tls.${field}".`,
      );
    }
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(files.certificate!);
    createSecureContext({ cert: files.certificate, key: files.key });
  } catch (error) {
    return fault(
      'tls',
      `${tls.certificate} and ${tls.key} are no PEM certificate with its key: ${reason(error)}.`,
      'Name a certificate (its chain behind it) and the key that it was made for.',
    );
  }
  const [from, to] = [certificate.validFrom, certificate.validTo];
  if (Date.parse(from) > now)
    return fault(
      'tls',
      `The certificate counts only from ${from} on.`,
      'Set the clock, or use another certificate.',
    );
  if (Date.parse(to) <= now)
    return fault('tls', `The certificate expired on ${to}.`, 'Renew it, and restart the coordinator.');
  if (Date.parse(to) - now < soon)
    return warning('tls', `The certificate expires on ${to}.`, 'Renew it, and restart the coordinator.');
  return ok('tls', `The certificate counts until ${to}.`);
}

import type { Clock } from '@murmuration/protocol/time/clock';
import type { ConnectionProblem, FoundProblem } from './connection-state.ts';

/** Milliseconds after which a host counts as silent. */
const silentAfterMs = 10_000;
/** Milliseconds within which a page's policy reports a refusal. */
const reportLimit = 100;

/** Error codes of Node and OpenSSL, as `fetch` passes them on. */
const nodeCodes: Readonly<Record<string, ConnectionProblem>> = {
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'silent',
  EHOSTUNREACH: 'silent',
  ENETUNREACH: 'offline',
  UND_ERR_CONNECT_TIMEOUT: 'silent',
  EPROTO: 'tls',
};

/**
 * Finds out why no connection to a coordinator opens, which a WebSocket does not report, by requesting its
 * health. In a page, it tells apart what the browser allows. `health`: the coordinator's URL for that.
 */
export async function findProblem(base: URL, health: URL, clock: Clock): Promise<FoundProblem> {
  const end = new AbortController();
  const cancel = clock.at(clock.now() + silentAfterMs, () => end.abort());
  const policy = watchPolicy(health, clock);
  // Browsers refuse requests without CORS unless redirects are followed.
  const ask = (mode: RequestMode) =>
    fetch(health, {
      mode,
      redirect: mode === 'cors' ? 'manual' : 'follow',
      cache: 'no-store',
      credentials: 'omit',
      signal: end.signal,
    });
  try {
    const response = await ask('cors');
    return found((await isCoordinator(response)) ? 'no-websocket' : 'another-server', base);
  } catch (error) {
    if (end.signal.aborted) return found('silent', base);
    const known = problemOf(error);
    if (known) return found(known, base);
    if (await policy.isViolated()) return found('csp', base);
    const opaque = await ask('no-cors').catch(() => undefined);
    return found(opaque ? 'cors' : end.signal.aborted ? 'silent' : 'unreachable', base);
  } finally {
    cancel();
    policy.close();
  }
}

async function isCoordinator(response: Response): Promise<boolean> {
  // The answer is short, and comes at once: nothing after its first chunk is read.
  const reader = response.body?.getReader();
  const chunk = await reader?.read();
  void reader?.cancel().catch(() => {});
  if (!response.ok || !chunk?.value) return false;
  try {
    return JSON.parse(new TextDecoder().decode(chunk.value)).name === 'murmuration';
  } catch {
    return false;
  }
}

/** Reads the error's causes, which only Node's `fetch` gives. */
function problemOf(error: unknown): ConnectionProblem | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { readonly code?: unknown };
    if (typeof code !== 'string') continue;
    if (/CERT|SSL|TLS|SIGNATURE|ISSUER/.test(code)) return 'tls';
    if (Object.hasOwn(nodeCodes, code)) return nodeCodes[code];
  }
  return undefined;
}

/** Watches for reports of the page's policy, which come a moment after the request has failed. */
function watchPolicy({ origin }: URL, clock: Clock) {
  const { document } = globalThis;
  let isViolated = false;
  const heard = ({ blockedURI }: SecurityPolicyViolationEvent) => {
    isViolated ||= blockedURI.startsWith(origin);
  };
  document?.addEventListener('securitypolicyviolation', heard);
  return {
    async isViolated(): Promise<boolean> {
      if (document && !isViolated)
        await new Promise<void>(resolve => clock.at(clock.now() + reportLimit, resolve));
      return isViolated;
    },
    close: () => document?.removeEventListener('securitypolicyviolation', heard),
  };
}

/** Returns a problem with the coordinator at an address, with its text. */
export function found(problem: ConnectionProblem, { host, origin, href }: URL): FoundProblem {
  const page = globalThis.location?.origin;
  const details: Readonly<Record<ConnectionProblem, string>> = {
    offline: 'This device has no network.',
    'unknown-host': `There is no host of the name in ${origin}. Check the "url" of the client.`,
    refused: `Nothing listens at ${host}. Check that the coordinator runs, and the port in the "url" of the client.`,
    silent: `${host} does not answer. Check the "url" of the client, and whether a firewall is in between.`,
    tls: `No encrypted connection to ${host} comes about: its certificate is not trusted here, or it speaks no TLS.`,
    cors: `${origin} answers, but does not let pages of ${page} ask it. Name ${page} in the setting "cors" of the coordinator.`,
    csp: `The Content-Security-Policy of this page does not allow ${origin}. Add it, with the scheme wss: or ws: as well, to connect-src.`,
    'another-server': `What answers at ${href} is not a Murmuration coordinator. Check the "url" of the client.`,
    'no-websocket': `The coordinator at ${href} answers, but no connection to it opens. Check that every proxy in between passes on WebSockets, or plain requests below /v1/connection with their headers, and that the coordinator has room for more connections.`,
    unreachable: `${origin} can't be reached. Check that the host is right, that the coordinator listens there, and that this browser trusts its certificate.`,
  };
  return { problem, detail: details[problem] };
}

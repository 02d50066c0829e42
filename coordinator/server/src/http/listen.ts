import type { AddressInfo } from 'node:net';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { App } from './app.ts';

/** Starts the application and returns its URL. Throws `config.invalid` with the reason if it can't listen. */
export async function listen(
  app: App,
  { host, port }: { readonly host: string; readonly port: number },
  scheme: 'http' | 'https',
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new MurmurationError('config.invalid', listenFailure(cause as NodeJS.ErrnoException, host, port), {
      cause,
    });
  }
  const address = app.server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${scheme}://${name}:${address.port}`;
}

function listenFailure({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is taken by another program; choose another one, or 0 for any free one.`;
    case 'EACCES':
      return `Listening on port ${port} of ${host} is not allowed; ports from 1024 on need no privileges.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine.`;
    default:
      return `Listening on ${host}:${port} failed: ${message}`;
  }
}

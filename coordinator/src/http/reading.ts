import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Access } from '@murmuration/serving/access/access';
import type { Guard } from './authentication.ts';
import type { OperatorAuthenticator } from './operator-authenticator.ts';

/** Who may read tasks and model versions: anybody, or those who show a token. */
export const readers = ['anybody', 'tokens'] as const;

/** What guards the routes that tell of models. */
export interface Reading {
  /** Left out where anybody may read. */
  readonly guard?: Guard;
  /** Of what is read: whether caches on the way may keep it. */
  readonly cache: 'public' | 'private';
}

/** What changes, and which a cache therefore asks for again each time. */
export const noCache = (cache: Reading['cache']): string =>
  cache === 'private' ? 'private, no-cache' : 'no-cache';

export const openReading: Reading = { cache: 'public' };

interface Ports {
  readonly access: Pick<Access, 'admit'>;
  readonly authenticator: Pick<OperatorAuthenticator, 'enter'>;
  /** Looks which tokens there are, where another process makes and revokes them. */
  readonly refresh?: (() => Promise<void>) | undefined;
}

/**
 * Lets in inference tokens with the right `read`, and operators of any role. It answers before anything is looked up, so that a refusal says
 * nothing of what there is.
 */
export function tokenReading({ access, authenticator, refresh }: Ports): Reading {
  return {
    cache: 'private',
    async guard(request, reply) {
      const { authorization } = request.headers;
      await refresh?.();
      try {
        // Programs on this machine need one as well.
        access.admit({ authorization, isForeign: true, isLocal: false }, 'read');
      } catch (error) {
        if (!isUnknown(error) || !(await isOperator(request.raw))) {
          reply.header('cache-control', 'no-store');
          if (isUnknown(error)) reply.header('www-authenticate', 'Bearer');
          throw error;
        }
      }
    },
  };

  async function isOperator(request: Parameters<OperatorAuthenticator['enter']>[0]): Promise<boolean> {
    try {
      await authenticator.enter(request, false);
      return true;
    } catch (error) {
      if (error instanceof MurmurationError && error.code === 'operator.unauthenticated') return false;
      throw error;
    }
  }
}

const isUnknown = (error: unknown): boolean =>
  error instanceof MurmurationError && error.code === 'inference.unauthenticated';

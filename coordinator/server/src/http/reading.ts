import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Access } from '@murmuration/serving/access/access';
import { anybody, type Holder, requireAll, requireModel } from '@murmuration/serving/access/holder';
import type { FastifyRequest } from 'fastify';
import type { Guard } from './authentication.ts';
import type { OperatorAuthenticator } from './operator-authenticator.ts';

/** Kinds of clients that may read tasks and model versions: all, or those with a token. */
export const readers = ['anybody', 'tokens'] as const;

/** Access control of the routes about models. */
export interface ReadAccess {
  /** Guard that refuses clients that may not read the task of the address; undefined if all may read. */
  readonly guard?: Guard;
  /** Guard of routes that cover all tasks; undefined if all may read. */
  readonly guardOfAll?: Guard;
  /** Returns the holder of the request's token, with the tasks that it may read. */
  readonly holderOf: (request: Pick<FastifyRequest, 'raw'>) => Holder;
  /** Cache scope of answers: `public` if shared caches may keep them. */
  readonly cache: 'public' | 'private';
}

/** Returns the cache header of answers that change, so that a cache revalidates each time. */
export const noCache = (cache: ReadAccess['cache']): string =>
  cache === 'private' ? 'private, no-cache' : 'no-cache';

export const openReading: ReadAccess = { cache: 'public', holderOf: () => anybody };

interface Ports {
  readonly access: Pick<Access, 'admit'>;
  readonly authenticator: Pick<OperatorAuthenticator, 'enter'>;
  /** Reads the current tokens, if another process creates and revokes them. */
  readonly refresh?: (() => Promise<void>) | undefined;
}

/** Returns the access control that the configuration asks for. */
export const readingBy = (allowed: (typeof readers)[number], ports: Ports): ReadAccess =>
  allowed === 'tokens' ? tokenReading(ports) : openReading;

/**
 * Admits inference tokens with the right `read`, and operators of any role. It decides before any lookup, so
 * a refusal does not reveal what exists.
 */
function tokenReading({ access, authenticator, refresh }: Ports): ReadAccess {
  const holders = new WeakMap<FastifyRequest['raw'], Holder>();
  const guardOf =
    (allows: (holder: Holder, request: FastifyRequest) => void): Guard =>
    async (request, reply) => {
      const { authorization } = request.headers;
      await refresh?.();
      try {
        // Programs on this machine also need a token here.
        const holder = access.admit({ authorization, isForeign: true, isLocal: false }, 'read');
        allows(holder, request);
        holders.set(request.raw, holder);
      } catch (error) {
        if (!isUnknown(error) || !(await isOperator(request.raw))) {
          reply.header('cache-control', 'no-store');
          if (isUnknown(error)) reply.header('www-authenticate', 'Bearer');
          throw error;
        }
      }
    };
  return {
    cache: 'private',
    guard: guardOf((holder, { params }) => {
      const { task } = params as { readonly task?: string };
      if (task !== undefined) requireModel(holder, task);
    }),
    guardOfAll: guardOf(requireAll),
    // Operators have no inference token.
    holderOf: ({ raw }) => holders.get(raw) ?? anybody,
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

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Access } from '@murmuration/serving/access/access';
import { anybody, type Holder, requireAll, requireModel } from '@murmuration/serving/access/holder';
import type { FastifyRequest } from 'fastify';
import type { Guard } from './authentication.ts';
import type { OperatorAuthenticator } from './operator-authenticator.ts';

/** Who may read tasks and model versions: anybody, or those who show a token. */
export const readers = ['anybody', 'tokens'] as const;

/** What guards the routes that tell of models. */
export interface Reading {
  /** Left out where anybody may read. It refuses those who may not read of the task that an address names. */
  readonly guard?: Guard;
  /** The same for what tells of all tasks at once. */
  readonly guardOfAll?: Guard;
  /** The holder of a token that a request was let in with, and the tasks that it may read. */
  readonly holderOf: (request: Pick<FastifyRequest, 'raw'>) => Holder;
  /** Of what is read: whether caches on the way may keep it. */
  readonly cache: 'public' | 'private';
}

/** What changes, and which a cache therefore asks for again each time. */
export const noCache = (cache: Reading['cache']): string =>
  cache === 'private' ? 'private, no-cache' : 'no-cache';

export const openReading: Reading = { cache: 'public', holderOf: () => anybody };

interface Ports {
  readonly access: Pick<Access, 'admit'>;
  readonly authenticator: Pick<OperatorAuthenticator, 'enter'>;
  /** Looks which tokens there are, where another process makes and revokes them. */
  readonly refresh?: (() => Promise<void>) | undefined;
}

/** Lets in whom the configuration names. */
export const readingBy = (allowed: (typeof readers)[number], ports: Ports): Reading =>
  allowed === 'tokens' ? tokenReading(ports) : openReading;

/**
 * Lets in inference tokens with the right `read`, and operators of any role. It answers before anything is looked up, so that a refusal says
 * nothing of what there is.
 */
function tokenReading({ access, authenticator, refresh }: Ports): Reading {
  const holders = new WeakMap<FastifyRequest['raw'], Holder>();
  const guardOf =
    (allows: (holder: Holder, request: FastifyRequest) => void): Guard =>
    async (request, reply) => {
      const { authorization } = request.headers;
      await refresh?.();
      try {
        // Programs on this machine need one as well.
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
    // Operators have no such token.
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

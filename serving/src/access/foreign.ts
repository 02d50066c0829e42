import { isLoopback } from './loopback.ts';

/** Headers that tell for whom a request comes. */
export interface Passage {
  readonly forwarded?: unknown;
  readonly 'x-forwarded-for'?: unknown;
  readonly origin?: string | undefined;
}

/** Whether a request comes for somebody else: a proxy passes it on, or a page of another machine sends it. */
export function isForeign({ forwarded, 'x-forwarded-for': forwardedFor, origin }: Passage): boolean {
  if (forwardedFor !== undefined || forwarded !== undefined) return true;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || !isLoopback(new URL(origin).hostname.replace(/^\[|\]$/g, ''));
}

import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { wholeBytes } from '@murmuration/rounds/registry/stored-bytes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AnswerCache } from './answer-cache.ts';
import type { App } from './app.ts';
import { sendBlocks } from './blocks.ts';

/** Number of rows of a page that cost as much as one request. */
const rowsPerRequest = 5;

/** Page of rows, made once until something changes. */
interface Page {
  /** Values that the page depends on. */
  readonly key: readonly unknown[];
  /** Maximum number of rows read for the page. */
  readonly rows: number;
  readonly make: () => Promise<object>;
}

export type SendPage = (request: FastifyRequest, reply: FastifyReply, page: Page) => Promise<void>;

/**
 * Returns a function that answers with a page. The client whose request makes the page is charged for it as
 * several requests.
 */
export function pageSender(
  app: App,
  { clock, events }: { readonly clock: Clock; readonly events: CoordinatorEvents },
): SendPage {
  const pages = new AnswerCache(clock);
  for (const event of ['round-ended', 'version', 'gate'] as const) events.on(event, () => pages.clear());
  return async (request, reply, { key, rows, make }) => {
    const answer = await pages.of(key.join(' '), () => {
      app.charge(request, Math.floor(rows / rowsPerRequest));
      return make();
    });
    return sendBlocks(request, reply.type('application/json; charset=utf-8'), wholeBytes(answer));
  };
}

import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { wholeBytes } from '@murmuration/rounds/registry/stored-bytes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AnswerCache } from './answer-cache.ts';
import type { App } from './app.ts';
import { sendBlocks } from './blocks.ts';

/** Rows of a page that take as much as a request without any. */
const rowsPerRequest = 5;

/** A page of rows, which is made once until something changes. */
interface Page {
  /** All that it depends on. */
  readonly key: readonly unknown[];
  /** How many rows are read for it at most. */
  readonly rows: number;
  readonly make: () => Promise<object>;
}

export type SendPage = (request: FastifyRequest, reply: FastifyReply, page: Page) => Promise<void>;

/** Answers with a page, which counts for whom it is made as many requests as it takes. */
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

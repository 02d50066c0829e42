import type { IncomingMessage } from 'node:http';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { deviceEvents } from '@murmuration/protocol/messages/channel';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import {
  connectionHeader,
  connectionPath,
  connectionsPath,
  expectsHeader,
  messagesPath,
  newestHeader,
  requestPath,
} from '@murmuration/protocol/messages/polling';
import type { Clock } from '@murmuration/protocol/time/clock';
import { originOf, type TrustedProxies } from '@murmuration/rounds/limits/address';
import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import type { App } from '../http/app.ts';
import { bearer } from '../http/bearer.ts';
import { problem, sendProblem } from '../http/problem.ts';
import type { Sealed } from './sealed-tokens.ts';
import type { UnkeptAnswer, UnkeptConnections } from './unkept-connections.ts';
import { coded, frame, frameType, keyOf, poll, requireShort, security, sendMessage } from './wire.ts';

/**
 * Maximum milliseconds that a poll waits: platforms keep a process, with connections to the database, for
 * each request under way.
 */
const maxPollWaitMs = 1_000;

/**
 * Adds the routes of connections over plain HTTP without stored state, with the same requests and answers. No
 * message follows the challenge, so polls end empty; repeated requests are answered again, except those that
 * answer a challenge.
 */
export function unkeptRoutes(
  app: App,
  connections: UnkeptConnections,
  { trustedProxies, clock }: { readonly trustedProxies: TrustedProxies; readonly clock: Clock },
): void {
  app.post(
    connectionsPath,
    { bodyLimit: 1_024, schema: { response: { 201: frame, 429: problem, 503: problem } } },
    async (_request, reply) => {
      const { token, frame } = connections.open();
      reply.code(201).header(connectionHeader, token);
      return sendMessage(reply, { number: 1, event: 'challenge', frame });
    },
  );

  const standing = (reply: FastifyReply): FastifyReply =>
    reply.header(newestHeader, '1').header(expectsHeader, '0').header('cache-control', 'no-store');
  const found = new WeakMap<IncomingMessage, Sealed>();

  for (const event of deviceEvents)
    app.post(
      requestPath(event),
      {
        bodyLimit: maxFrameLength,
        schema: {
          consumes: [frameType],
          security,
          response: { 200: frame, 401: problem, 404: problem, 413: problem, 429: problem },
        },
        preParsing: async request => {
          const sealed = connections.find(bearer(request.headers.authorization));
          found.set(request.raw, sealed);
          requireShort(request, connections.longest(sealed, event));
        },
      },
      async (request, reply) => {
        keyOf(request);
        const address = originOf(request.raw, trustedProxies);
        let answer: UnkeptAnswer;
        try {
          answer = await connections.answer(found.get(request.raw)!, event, address, request.body);
        } catch (error) {
          // The refusal has already been counted.
          return sendProblem(request, standing(reply), coded(error));
        }
        const { frame, after, token } = answer;
        if (after !== undefined) reply.header('retry-after', String(Math.ceil(after / 1_000)));
        if (token !== undefined) reply.header(connectionHeader, token);
        return standing(reply).type(frameType).send(frame);
      },
    );

  app.get(
    messagesPath,
    {
      exposeHeadRoute: false,
      schema: {
        querystring: poll,
        security,
        response: { 200: frame, 204: z.null(), 400: problem, 404: problem },
      },
    },
    async (request, reply) => {
      const sealed = connections.find(bearer(request.headers.authorization));
      const after = Number(request.query.after);
      if (after > 1) throw new MurmurationError('request.invalid', `There is no message ${after} yet.`);
      // Before the hello, devices poll all the time; after it, they have no reason to.
      if (sealed.is === 'challenge') {
        const wait = Math.min(1_000 * Number(request.query.wait), maxPollWaitMs);
        const until = Math.min(clock.now() + wait, sealed.until);
        await new Promise<void>(resolve => {
          const cancel = clock.at(until, resolve);
          request.raw.once('close', () => {
            cancel();
            resolve();
          });
        });
      }
      return standing(reply).code(204).send(null);
    },
  );

  app.delete(connectionPath, { schema: { security, response: { 204: z.null() } } }, async (_request, reply) =>
    reply.code(204).send(null),
  );
}

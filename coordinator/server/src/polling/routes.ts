import type { IncomingMessage, ServerResponse } from 'node:http';
import { deviceEvents } from '@murmuration/protocol/messages/channel';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import {
  connectionHeader,
  connectionPath,
  connectionsPath,
  eventHeader,
  expectsHeader,
  keyHeader,
  messagesPath,
  newestHeader,
  numberHeader,
  requestPath,
} from '@murmuration/protocol/messages/polling';
import { originOf, type TrustedProxies } from '@murmuration/rounds/limits/address';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { App } from '../http/app.ts';
import { bearer } from '../http/bearer.ts';
import { problem, sendProblem } from '../http/problem.ts';
import type { Message, Reply } from './polled-carrier.ts';
import type { Polled, PolledConnections } from './polled-connections.ts';
import { coded, frame, frameType, keyOf, poll, requireShort, security, sendMessage } from './wire.ts';

/** Adds the routes of devices' connections over plain requests: open, ask, poll and end. */
export function connectionRoutes(
  app: App,
  polled: PolledConnections,
  { trustedProxies }: { readonly trustedProxies: TrustedProxies },
): void {
  app.post(
    connectionsPath,
    {
      bodyLimit: 1_024,
      schema: {
        summary: 'Opens a connection of a device',
        description: `Answered with its first message, a \`challenge\`, and its token in \`${connectionHeader}\`.`,
        response: { 201: frame, 429: problem, 503: problem },
      },
    },
    async ({ raw }, reply) => {
      const { token, carrier } = polled.open(originOf(raw, trustedProxies));
      held(carrier, reply.raw);
      reply.code(201).header(connectionHeader, token);
      return sendMessage(reply, carrier.first);
    },
  );

  /** Adds headers with the state of a connection: what there is to poll, and whether more may come. */
  const standing = (reply: FastifyReply, connection: Polled): FastifyReply =>
    reply
      .header(newestHeader, String(connection.carrier.newest))
      .header(expectsHeader, polled.expects(connection) ? '1' : '0')
      .header('cache-control', 'no-store');
  const found = new WeakMap<IncomingMessage, Polled>();
  const findFor = (
    { raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>,
    reply: FastifyReply,
  ): Polled => {
    const connection = polled.find(bearer(headers.authorization));
    held(connection.carrier, reply.raw);
    found.set(raw, connection);
    return connection;
  };

  for (const event of deviceEvents)
    app.post(
      requestPath(event),
      {
        bodyLimit: maxFrameLength,
        schema: {
          summary: `The event \`${event}\` of a device`,
          description: `A frame, answered by a frame, as on a socket. The same \`${keyHeader}\` again gets the same answer.`,
          consumes: [frameType],
          security,
          response: { 200: frame, 401: problem, 404: problem, 413: problem, 429: problem },
        },
        preParsing: async (request, reply) => {
          const connection = findFor(request, reply);
          connection.carrier.requireOpen();
          requireShort(request, polled.longest(connection, event));
        },
      },
      async (request, reply) => {
        const connection = found.get(request.raw)!;
        const key = keyOf(request);
        // biome-ignore lint/plugin: the limit on silence of a connection, not a timer.
        request.raw.socket?.setTimeout?.(0);
        let answer: Reply;
        try {
          answer = await polled.answer(connection, event, key, request.body);
        } catch (error) {
          // The refusal has already been counted.
          return sendProblem(request, standing(reply, connection), coded(error));
        }
        if (answer.after !== undefined) reply.header('retry-after', String(Math.ceil(answer.after / 1_000)));
        return standing(reply, connection).type(frameType).send(answer.frame);
      },
    );

  app.get(
    messagesPath,
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'The next message of a connection, once there is one',
        description: `Its frame, with its event in \`${eventHeader}\` and its number in \`${numberHeader}\`; 204 where none has come.`,
        querystring: poll,
        security,
        response: { 200: frame, 204: z.null(), 400: problem, 404: problem },
      },
    },
    async (request, reply) => {
      const connection = findFor(request, reply);
      const { carrier } = connection;
      const broken = new AbortController();
      reply.raw.once('close', () => broken.abort());
      const { after, wait } = request.query;
      let message: Message | undefined;
      try {
        message = await carrier.next(Number(after), 1_000 * Number(wait), broken.signal);
      } catch (error) {
        if (!carrier.isClosed) throw error;
        // This only reports the end of the connection; no request is refused.
        return sendProblem(request, reply, coded(error));
      }
      standing(reply, connection);
      return message ? sendMessage(reply, message) : reply.code(204).send(null);
    },
  );

  app.delete(
    connectionPath,
    {
      schema: {
        summary: 'Ends a connection',
        description: 'Answered in the same way where there is none of this token.',
        security,
        response: { 204: z.null() },
      },
    },
    async ({ headers }, reply) => {
      polled.end(bearer(headers.authorization));
      return reply.code(204).send(null);
    },
  );
}

/** Counts a request as under way until its answer is out. */
function held(carrier: Polled['carrier'], response: ServerResponse): void {
  const release = carrier.hold();
  response.once('close', () => release(!response.writableFinished));
}

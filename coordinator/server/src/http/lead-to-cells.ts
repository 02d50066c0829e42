import { request as askByHttp } from 'node:http';
import { request as askByHttps } from 'node:https';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { knownTask } from '@murmuration/rounds/task/known-task';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Directory } from '../cells/directory.ts';
import type { App } from './app.ts';

/** Milliseconds that a cell may take to begin its answer. */
const cellTimeoutMs = 20_000;

/**
 * Headers that belong to one connection and are not forwarded (RFC 9110 §7.6.1), and `expect`, since the body
 * has already come.
 */
const ofConnection = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Two-part paths are listed one by one, because a front serves the files of a task's model itself. */
const ledPaths = [
  '/v1/tasks/:task',
  '/v1/tasks/:task/models',
  '/v1/tasks/:task/rounds',
  '/v1/tasks/:task/*',
  '/v1/admin/tasks/:task',
  '/v1/admin/tasks/:task/*',
];

/** Pattern of how these paths begin in requests. */
const ledPrefix = /^\/v1\/(?:admin\/)?tasks\/[^/?#\\]+/;

/**
 * Forwards requests about a task to the cell that has it, which authenticates them: the routes below
 * `/v1/tasks/:task` and `/v1/admin/tasks/:task`. A task that is between two cells is answered with
 * `server.unreachable`, which clients retry.
 */
export async function leadToCells(app: App, directory: Pick<Directory, 'places'>): Promise<void> {
  await app.register(async scope => {
    // Bodies of any type are forwarded unparsed.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const url of ledPaths)
      scope.route({
        method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        url,
        schema: { hide: true },
        async handler(request, reply) {
          const { task } = request.params as { readonly task: string };
          const place = knownTask(directory.places.get(task), task);
          if (place.cell === null)
            throw new MurmurationError(
              'server.unreachable',
              `The task ${task} is between two cells; ask again in a moment.`,
            );
          return lead(request as FastifyRequest, reply as unknown as FastifyReply, place.cell);
        },
      });
  });
}

/** Forwards a request to a cell. Throws `server.unreachable` if the cell does not answer. */
function lead(request: FastifyRequest, reply: FastifyReply, cell: string): Promise<FastifyReply> {
  const url = ledTo(cell, request.raw.url!);
  const headers = passedOn(request.headers);
  const from = request.headers['x-forwarded-for'];
  headers['x-forwarded-for'] = [from, request.ip].flat().filter(Boolean).join(', ');
  const body = request.body as Buffer | undefined;
  // The length is that of the forwarded body. With the length of a body that was not read, the cell would
  // take the next request on this connection for the body.
  delete headers['content-length'];
  if (body) headers['content-length'] = String(body.length);
  return new Promise((resolve, reject) => {
    const unreachable = (cause?: unknown) =>
      reject(
        new MurmurationError('server.unreachable', 'The cell of this task does not answer; ask again.', {
          cause,
        }),
      );
    const ask = url.protocol === 'https:' ? askByHttps : askByHttp;
    const asked = ask(url, { method: request.method, headers, timeout: cellTimeoutMs }, answer => {
      reply.status(answer.statusCode!).headers(passedOn(answer.headers));
      resolve(reply.send(answer));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', unreachable);
    reply.raw.on('close', () => asked.destroy());
    asked.end(body);
  });
}

/**
 * Returns the URL of a request at its cell. Throws `request.invalid` if, after its dots are resolved, it
 * leaves the cell's address, has no task, or has another task.
 */
function ledTo(cell: string, asked: string): URL {
  const url = new URL(asked, cell);
  const [prefix] = ledPrefix.exec(asked) ?? [];
  const isOwn = url.origin === new URL(cell).origin;
  if (isOwn && prefix && (url.pathname === prefix || url.pathname.startsWith(`${prefix}/`))) return url;
  throw new MurmurationError('request.invalid', 'The address leads away from the task that it names.');
}

function passedOn(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map(name => name.trim());
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !ofConnection.includes(name) && !named.includes(name)) passed[name] = value;
  return passed;
}

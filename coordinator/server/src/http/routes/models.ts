import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  hashPattern,
  type ModelHash,
  parseTaskName,
  type TaskName,
  taskNamePattern,
} from '@murmuration/protocol/ids/ids';
import { addressType } from '@murmuration/protocol/messages/elsewhere';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { History } from '@murmuration/rounds/registry/ports';
import type { Registry } from '@murmuration/rounds/registry/registry';
import type { StoredBytes } from '@murmuration/rounds/registry/stored-bytes';
import type { Traffic } from '@murmuration/rounds/rounds/traffic';
import { knownTask } from '@murmuration/rounds/task/known-task';
import type { FastifyReply, FastifyRequest } from 'fastify';
import parseRange from 'range-parser';
import * as z from 'zod';
import type { App } from '../app.ts';
import { sendBlocks } from '../blocks.ts';
import { problem } from '../problem.ts';
import { noCache, openReading, type ReadAccess } from '../reading.ts';

const hash = z.string().regex(hashPattern);
const weightsFile = z.string().regex(/^[0-9a-f]{64}\.bin$/);
const taskName = z.string().regex(taskNamePattern);
/**
 * Number of newest versions of a task whose weights are at the task's address, so that a client that has just
 * read an older `model.json` finds its weights.
 */
const openVersions = 20;
/** Number of requests that reading a whole file costs. */
const costOfReading = 200;

/**
 * Adds the files of model versions, laid out for `tf.loadLayersModel`: each version's under its hash, where
 * they never change, so any cache may keep them; and those of the version that devices serve under its task,
 * where caches revalidate each time. An interrupted download can resume with a range.
 */
export function modelRoutes(
  app: App,
  registry: ModelSources['registry'],
  history: ModelSources['history'],
  traffic: Traffic,
  events: CoordinatorEvents,
  served: ModelSources['served'],
  reading: ReadAccess = openReading,
): void {
  const sources = { registry, history, traffic, events, served, reading };
  const send = sender(app, sources);
  versionFileRoutes(app, sources, send);
  servedFileRoutes(app, sources, send);
}

/** Sources of the files, and the events that report faults. */
interface ModelSources {
  readonly registry: Pick<Registry, 'open' | 'filesOf' | 'link'>;
  readonly history: Pick<History, 'version' | 'versions'>;
  readonly traffic: Traffic;
  readonly events: CoordinatorEvents;
  /** Returns the version that devices serve; undefined for an unknown task. */
  readonly served: (task: string) => ModelHash | undefined;
  readonly reading: ReadAccess;
}

/** Adds the files of each version under its hash. */
function versionFileRoutes(
  app: App,
  { registry, history, reading: { guard, cache, holderOf } }: ModelSources,
  send: Send,
): void {
  const onRequest = guard ? { onRequest: guard } : {};
  const versionOf = async (request: Pick<FastifyRequest, 'raw'>, model: string) => {
    const version = await history.version(model as ModelHash, holderOf(request).models);
    if (!version)
      throw new MurmurationError(
        'model.missing',
        'There is no such model version; GET /v1/tasks/:task/models lists them.',
      );
    return version;
  };

  app.get(
    '/v1/models/:model/model.json',
    {
      ...onRequest,
      schema: {
        summary: 'Topology and weight manifest',
        params: z.object({ model: hash }),
        response: { 404: problem },
      },
    },
    async (request, reply) => {
      const { model, task } = await versionOf(request, request.params.model);
      return send(request, reply, task, { type: 'application/json', hash: model });
    },
  );

  app.get(
    '/v1/models/:model/:weights',
    {
      ...onRequest,
      schema: {
        summary:
          'Weights, little-endian float32, or the smaller ones or the n-grams that model.json names; or what else a plan names',
        description: `To whom accepts \`${addressType}\` it may say \`{ "url": … }\` instead, where the same bytes are for a few minutes.`,
        params: z.object({ model: hash, weights: weightsFile }),
        response: { 404: problem },
      },
    },
    async (request, reply) => {
      const { model, task } = await versionOf(request, request.params.model);
      const weightsHash = request.params.weights.slice(0, 64);
      const files = await registry.filesOf(model);
      if (!files.includes(weightsHash)) throw new MurmurationError('model.missing');
      const url = takesAddress(request, weightsHash) && (await registry.link(weightsHash, cache));
      // The address is signed and valid for a few minutes, so caches must not keep it.
      if (url) return sendAddress(reply, url);
      return send(request, reply, task, { type: 'application/octet-stream', hash: weightsHash });
    },
  );
}

/** Adds the files of the version that devices serve, under its task. */
function servedFileRoutes(
  app: App,
  { registry, history, served, reading: { guard } }: ModelSources,
  send: Send,
): void {
  const onRequest = guard ? { onRequest: guard } : {};
  const servedBy = (task: string): ModelHash => knownTask(served(task), task);

  app.get(
    '/v1/tasks/:task/model.json',
    {
      config: { takesAnyParameter: true },
      ...onRequest,
      schema: {
        summary: 'The version that devices serve now: topology and weight manifest',
        params: z.object({ task: taskName }),
        response: { 404: problem },
      },
    },
    (request, reply) => {
      const { task } = request.params;
      const file = { type: 'application/json', hash: servedBy(task), changes: true };
      return send(request, reply, parseTaskName(task), file);
    },
  );

  app.get(
    '/v1/tasks/:task/:weights',
    {
      config: { takesAnyParameter: true },
      ...onRequest,
      schema: {
        summary: 'A file that the model.json of a task names, or named a few versions ago',
        params: z.object({ task: taskName, weights: weightsFile }),
        response: { 404: problem },
      },
    },
    async (request, reply) => {
      const { task, weights } = request.params;
      const wanted = weights.slice(0, 64);
      const file = { type: 'application/octet-stream', hash: wanted };
      const champion = servedBy(task);
      if ((await registry.filesOf(champion)).includes(wanted))
        return send(request, reply, parseTaskName(task), file);
      const last = await history.versions(parseTaskName(task), Number.POSITIVE_INFINITY, openVersions);
      for (const { model } of last)
        if ((await registry.filesOf(model)).includes(wanted))
          return send(request, reply, parseTaskName(task), file);
      throw new MurmurationError('model.missing');
    },
  );
}

type Send = (request: FastifyRequest, reply: FastifyReply, task: TaskName, file: File) => Promise<void>;

/** Returns a function that sends a file, or the requested part of it. */
function sender(app: App, { registry, traffic, events, reading: { cache } }: ModelSources): Send {
  return async (request, reply, task, { type, hash, changes }) => {
    const headers = headersOf(hash, cache, changes);
    if (isKnown(request, hash)) return reply.headers(headers).status(304).send();
    const bytes = await registry.open(hash, () => app.charge(request, costOfReading));
    const [start, end] = selectRange(request, reply, hash, bytes.length);
    reply.headers(headers).header('accept-ranges', 'bytes').type(type);
    if (request.method !== 'HEAD') traffic.add(task, 'down', end - start);
    return sendBlocks(request, reply, watched(bytes, events), [start, end]);
  };
}

/** Reports a fault if reading fails while bytes are sent; the connection only breaks off. */
const watched = (bytes: StoredBytes, events: CoordinatorEvents): StoredBytes => ({
  length: bytes.length,
  async *read(start, end) {
    try {
      yield* bytes.read(start, end);
    } catch (error) {
      events.emit('fault', 'sending a model', error);
      throw error;
    }
  },
});

interface File {
  readonly type: string;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
  /** True if the file at this address can change. */
  readonly changes?: boolean;
}

const etagOf = (hash: string) => `"${hash}"`;
const headersOf = (hash: string, cache: ReadAccess['cache'], changes = false) => ({
  etag: etagOf(hash),
  'cache-control': changes ? noCache(cache) : `${cache}, max-age=31536000, immutable`,
});

/** True if the client already has the file. */
function isKnown({ headers }: FastifyRequest, hash: string): boolean {
  const known = headers['if-none-match'];
  return known === '*' || (known?.includes(etagOf(hash)) ?? false);
}

function sendAddress(reply: FastifyReply, url: string): FastifyReply {
  return reply.header('cache-control', 'no-store').type(addressType).send(JSON.stringify({ url }));
}

/** True if the client of a whole file accepts a redirect to another address. */
function takesAddress(request: FastifyRequest, hash: string): boolean {
  const { accept, range } = request.headers;
  const isAsked = accept?.split(',').some(each => each.split(';')[0]?.trim() === addressType) ?? false;
  return isAsked && request.method === 'GET' && range === undefined && !isKnown(request, hash);
}

/**
 * Returns the requested part of a file of `length` bytes, and sets the status and headers of a part. Throws
 * `request.range`.
 */
function selectRange(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  hash: string,
  length: number,
): readonly [start: number, end: number] {
  const { range, 'if-range': ifRange } = headers;
  const ranges =
    range && (!ifRange || ifRange === etagOf(hash)) ? parseRange(length, range, { combine: true }) : -2;
  if (ranges === -1) {
    reply.header('content-range', `bytes */${length}`);
    throw new MurmurationError('request.range', `The file has ${length} bytes.`);
  }
  // Malformed ranges, other units and multiple ranges get the whole file (RFC 9110 §14.2).
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return [0, length];
  const { start, end } = ranges[0]!;
  reply.status(206).header('content-range', `bytes ${start}-${end}/${length}`);
  return [start, end + 1];
}

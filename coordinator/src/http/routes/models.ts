import { MurmurationError } from '@murmuration/protocol/errors';
import { hashPattern, type ModelHash, type TaskName } from '@murmuration/protocol/ids';
import { parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { FastifyReply, FastifyRequest } from 'fastify';
import parseRange from 'range-parser';
import * as z from 'zod';
import type { Traffic } from '../../monitor/traffic.ts';
import type { History } from '../../registry/ports.ts';
import type { Registry } from '../../registry/registry.ts';
import type { App } from '../app.ts';
import { problem } from '../problem.ts';

const hash = z.string().regex(hashPattern);

/**
 * The files of model versions, laid out for `tf.loadLayersModel`. They never change, so that any cache may keep them; a
 * download that broke off goes on with a range.
 */
export function modelRoutes(app: App, registry: Registry, history: History, traffic: Traffic): void {
  const versionOf = async (model: string) => {
    const version = await history.version(model as ModelHash);
    if (!version)
      throw new MurmurationError(
        'model.missing',
        'There is no such model version; GET /v1/tasks/:task/models lists them.',
      );
    return version;
  };
  const send = (request: FastifyRequest, reply: FastifyReply, task: TaskName, file: File) => {
    const body = selectBody(request, reply, file);
    if (request.method !== 'HEAD') traffic.add(task, 'down', body.length);
    return reply.send(body);
  };

  app.get(
    '/v1/models/:model/model.json',
    {
      schema: {
        summary: 'Topology and weight manifest',
        params: z.object({ model: hash }),
        response: { 404: problem },
      },
    },
    async (request, reply) => {
      const { model, task } = await versionOf(request.params.model);
      const bytes = await registry.blob(model);
      return send(request, reply, task, { type: 'application/json', hash: model, bytes });
    },
  );

  app.get(
    '/v1/models/:model/:weights',
    {
      schema: {
        summary: 'Weights, little-endian float32',
        params: z.object({ model: hash, weights: z.string().regex(/^[0-9a-f]{64}\.bin$/) }),
        response: { 404: problem },
      },
    },
    async (request, reply) => {
      const { model, task } = await versionOf(request.params.model);
      const weightsHash = request.params.weights.slice(0, 64);
      if (parseModelJson(model, await registry.blob(model)).weightsHash !== weightsHash)
        throw new MurmurationError('model.missing');
      const bytes = await registry.blob(weightsHash);
      return send(request, reply, task, { type: 'application/octet-stream', hash: weightsHash, bytes });
    },
  );
}

interface File {
  readonly type: string;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Sets status and headers, and returns what goes with them: the whole file, a part of it, or nothing. Throws `request.range`. */
function selectBody({ headers }: FastifyRequest, reply: FastifyReply, { type, hash, bytes }: File): Buffer {
  const etag = `"${hash}"`;
  reply
    .header('etag', etag)
    .header('cache-control', 'public, max-age=31536000, immutable')
    .header('accept-ranges', 'bytes')
    .type(type);
  const known = headers['if-none-match'];
  if (known === '*' || known?.includes(etag)) {
    reply.status(304);
    return nothing;
  }
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { range, 'if-range': ifRange } = headers;
  const ranges =
    range && (!ifRange || ifRange === etag) ? parseRange(bytes.length, range, { combine: true }) : -2;
  if (ranges === -1) {
    reply.header('content-range', `bytes */${bytes.length}`);
    throw new MurmurationError('request.range', `The file has ${bytes.length} bytes.`);
  }
  // A malformed range, one of another unit, and several at once are answered with the whole (RFC 9110 §14.2).
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return body;
  const { start, end } = ranges[0]!;
  reply.status(206).header('content-range', `bytes ${start}-${end}/${bytes.length}`);
  return body.subarray(start, end + 1);
}

const nothing = Buffer.alloc(0);

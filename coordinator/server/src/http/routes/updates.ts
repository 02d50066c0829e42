import type { IncomingHttpHeaders } from 'node:http';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { idPattern, parseAssignmentId, parseRoundId } from '@murmuration/protocol/ids/ids';
import { maskedHeader } from '@murmuration/protocol/messages/channel';
import { maxUpdateLength } from '@murmuration/protocol/weights/codec';
import type { UploadPlaces } from '@murmuration/rounds/limits/upload-places';
import * as z from 'zod';
import type { Uploads } from '../../devices/uploads.ts';
import type { RoundTraces } from '../../telemetry/tracing/round-traces.ts';
import type { App } from '../app.ts';
import { bearer } from '../bearer.ts';
import { problem } from '../problem.ts';

const params = z.object({ round: z.string().regex(idPattern), assignment: z.string().regex(idPattern) });
const receipt = z.object({ round: z.string(), assignment: z.string(), counted: z.literal(true) });

/**
 * Adds the upload of updates. Round, assignment, token and signature are validated before the first byte of a
 * body is read; if there is no place, the answer says when to try again.
 */
export function updateRoutes(app: App, uploads: Uploads, places: UploadPlaces, traces?: RoundTraces): void {
  /** Functions that release the place of an upload, by its waiting response. */
  const ends = new WeakMap<object, () => void>();
  app.put(
    '/v1/rounds/:round/updates/:assignment',
    {
      bodyLimit: maxUpdateLength,
      schema: {
        summary: "An assignment's update, in the format of the weight codec",
        description: 'Idempotent: the same bytes again get the same receipt.',
        consumes: ['application/octet-stream'],
        params,
        response: {
          200: receipt,
          403: problem,
          404: problem,
          409: problem,
          413: problem,
          422: problem,
          503: problem,
        },
      },
      preParsing: async (request, reply) => {
        const length = Number(request.headers['content-length']);
        uploads.check({
          round: parseRoundId(request.params.round),
          assignment: parseAssignmentId(request.params.assignment),
          token: Buffer.from(bearer(request.headers.authorization), 'base64url'),
          signature: signatureIn(request.headers),
          length,
        });
        // A device that starts over has lost the connection of its first attempt.
        const end = places.take(request.params.assignment, length, () => reply.raw.destroy());
        ends.set(reply.raw, end);
        reply.raw.once('close', end);
      },
    },
    async (request, reply) => {
      const { params, headers, body } = request;
      if (!(body instanceof Uint8Array))
        throw new MurmurationError('request.unsupported', 'An update is sent as application/octet-stream.');
      const round = parseRoundId(params.round);
      const assignment = parseAssignmentId(params.assignment);
      traces?.upload(round, headers.traceparent);
      const counted = uploads.take({ round, assignment, signature: signatureIn(headers) }, body);
      // Many requests wait here at once, and no longer need their bytes.
      request.body = undefined;
      // The update is read and added. Until it is durable, it needs no place, and silence is no reason to
      // hang up.
      ends.get(reply.raw)?.();
      // biome-ignore lint/plugin: the limit on silence of a connection, not a timer.
      reply.raw.socket?.setTimeout?.(0);
      return counted;
    },
  );
}

/**
 * Returns the signature of a masked update by its device; undefined if the header is missing or is no
 * base64url of 64 bytes.
 */
function signatureIn(headers: IncomingHttpHeaders): Uint8Array | undefined {
  const header = headers[maskedHeader.toLowerCase()];
  return typeof header === 'string' && /^[\w-]{86}$/.test(header)
    ? new Uint8Array(Buffer.from(header, 'base64url'))
    : undefined;
}

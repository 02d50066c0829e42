import type { ServerResponse } from 'node:http';
import { MurmurationError } from '@murmuration/protocol/errors';
import { idPattern, parseAssignmentId, parseRoundId, type RoundId } from '@murmuration/protocol/ids';
import { maxUpdateLength } from '@murmuration/protocol/weights/codec';
import * as z from 'zod';
import type { Traffic } from '../../monitor/traffic.ts';
import type { RoundDriver } from '../../round/driver.ts';
import type { App } from '../app.ts';
import { problem } from '../problem.ts';

/** Uploads that are read at the same time; the next ones are told to try again. */
const maxUnderWay = 256;

const params = z.object({ round: z.string().regex(idPattern), assignment: z.string().regex(idPattern) });
const receipt = z.object({ round: z.string(), assignment: z.string(), counted: z.literal(true) });

/** Takes updates. Round, assignment and token are known to fit together before the first byte of a body is read. */
export function updateRoutes(app: App, findRound: (round: RoundId) => RoundDriver, traffic: Traffic): void {
  /** The answers that uploads wait for, by assignment. */
  const underWay = new Map<string, ServerResponse>();
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
        const driver = findRound(parseRoundId(request.params.round));
        driver.authenticate(
          parseAssignmentId(request.params.assignment),
          bearer(request.headers.authorization),
        );
        const length = Number(request.headers['content-length']);
        if (length !== driver.updateLength)
          throw new MurmurationError(
            'update.wrong-length',
            `An update of this round has ${driver.updateLength} bytes; this one announces ${length}.`,
          );
        const { assignment } = request.params;
        const older = underWay.get(assignment);
        if (!older && underWay.size >= maxUnderWay) throw new MurmurationError('update.too-many');
        // A device that begins again has lost the connection of its first try.
        older?.destroy();
        underWay.set(assignment, reply.raw);
        reply.raw.once('close', () => {
          if (underWay.get(assignment) === reply.raw) underWay.delete(assignment);
        });
      },
    },
    async ({ params: { round, assignment }, body }) => {
      if (!(body instanceof Uint8Array))
        throw new MurmurationError('request.unsupported', 'An update is sent as application/octet-stream.');
      const driver = findRound(parseRoundId(round));
      traffic.add(driver.terms.plan.task, 'up', body.length);
      return driver.accept(parseAssignmentId(assignment), body);
    },
  );
}

/** The token of `Authorization: Bearer TOKEN`; empty where there is none, which fits no assignment. */
function bearer(header: string | undefined): Uint8Array {
  return Buffer.from(header?.startsWith('Bearer ') ? header.slice(7) : '', 'base64url');
}

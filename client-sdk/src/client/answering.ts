import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { longestQuery } from '@murmuration/protocol/messages/plan';
import * as z from 'zod/mini';
import { identityName } from '../device/identity.ts';
import { BelowFloor } from '../floors/below-floor.ts';
import type { AnswerPorts } from '../queries/answer-ports.ts';
import type { SessionAnswers } from '../session/ports.ts';

/** Loads, when a device first checks in, what answers the queries that the app allows. */
export function answering(
  ports: Omit<AnswerPorts, 'decode' | 'secret' | 'refusal'>,
): () => Promise<SessionAnswers> {
  let loaded: SessionAnswers | undefined;
  return async () => {
    // What the page has loaded already is given to it: it imports nothing of that.
    loaded ??= new (await import('../queries/answers.ts')).Answers({
      ...ports,
      decode: bytes => decodeFrame(bytes, z.unknown(), longestQuery),
      secret: () => ports.storage.get(identityName),
      refusal: (floor, detail) => new BelowFloor(floor, detail),
    });
    return loaded;
  };
}

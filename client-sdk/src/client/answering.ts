import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { longestQuery } from '@murmuration/protocol/messages/plan';
import * as z from 'zod/mini';
import { identityName } from '../device/identity.ts';
import { BelowFloor } from '../floors/below-floor.ts';
import type { AnswerPorts } from '../queries/answer-ports.ts';
import type { SessionAnswers } from '../session/ports.ts';

/** Returns a function that loads the query answers once, at the device's first check-in. */
export function answering(
  ports: Omit<AnswerPorts, 'decode' | 'secret' | 'refusal'>,
): () => Promise<SessionAnswers> {
  let loaded: SessionAnswers | undefined;
  return async () => {
    // Passes in what the page has already loaded, so that the chunk imports none of it.
    loaded ??= new (await import('../queries/answers.ts')).Answers({
      ...ports,
      decode: bytes => decodeFrame(bytes, z.unknown(), longestQuery),
      secret: () => ports.storage.get(identityName),
      refusal: (floor, detail) => new BelowFloor(floor, detail),
    });
    return loaded;
  };
}

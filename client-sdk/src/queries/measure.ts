import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Query } from '@murmuration/protocol/queries/query';
import type { TextPorts } from '@murmuration/protocol/queries/texts';
import { type Answer, encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import type { Answered } from '../update/prepare.ts';
import type { AnswerPorts } from './answer-ports.ts';
import type { AnsweredQueries, Sum } from './answered.ts';
import { SaidExamples } from './said.ts';

/** Makes an answer of the SDK. */
export interface Measure {
  /** Makes the answer; `began` is called once all needed files are here. */
  readonly make: (signal: AbortSignal, began: () => void) => Promise<Answered>;
  /** Records, durably, the examples of the answer; absent if they may be used again. */
  readonly keep?: () => Promise<void>;
}

/**
 * Returns what computes the SDK's answer from the device's examples, after its first message: the time for
 * that would reveal their number. Returns undefined if the app answers, and for other kinds. Throws
 * `training.no-examples` if there is nothing to answer from, or no inference, and as `ownSequences`.
 */
export async function measureOf(
  query: Query,
  [own]: Sum,
  plan: Plan,
  { evaluation, allowed, refusal, storage, task }: AnswerPorts,
  answered: Pick<AnsweredQueries, 'standing'>,
  secret: () => Promise<Uint8Array>,
): Promise<Measure | undefined> {
  const { answer, slice } = allowed[query.name]!;
  if (answer) return undefined;
  if (query.kind === 'ngrams') {
    const { ownSequences } = await import('./own-sequences.ts');
    const said = new SaidExamples(storage, task, await secret());
    const standing = (await answered.standing(own)) ?? 'begins';
    let keep: (() => Promise<void>) | undefined;
    const freshOf = async (examples: readonly unknown[]) => {
      const known = await said.fresh(examples, standing);
      keep = known.keep;
      return known.fresh;
    };
    const read = await ownSequences(query, evaluation, detail => refusal('queries', detail), freshOf);
    return {
      make: async () => answerOf(query, await read(), plan),
      async keep() {
        // The answer was made before a restart, from the current examples, or fewer.
        if (!keep) await read();
        await keep!();
      },
    };
  }
  if (query.kind !== 'evaluation') return undefined;
  const { heldOutExamples, holdsOut, ownEvaluation } = await import('./own-evaluation.ts');
  if (!evaluation || !(await holdsOut(evaluation)))
    throw new MurmurationError(
      'training.no-examples',
      `The device has no held-out examples for the query "${query.name}" now${evaluation ? '' : ', since its task is not served'}.`,
    );
  const read = () => heldOutExamples(evaluation, query.examples);
  return {
    make: async (signal, began) =>
      answerOf(query, await ownEvaluation(query, read, evaluation, signal, slice, began), plan),
  };
}

/** Returns an answer as ring elements. Throws as `encodeAnswer`. */
export function answerOf(
  query: Query,
  answer: Answer,
  { largestCohort, privacy }: Pick<Plan, 'largestCohort' | 'privacy'>,
  ports?: TextPorts,
): Answered {
  const width = privacy?.noise?.width ?? queryForm(query, largestCohort).width;
  return { elements: encodeAnswer(query, answer, ports), width };
}

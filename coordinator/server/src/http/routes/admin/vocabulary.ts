import type { AuditAction, FieldChange } from '@murmuration/api/audit';
import { taskName } from '@murmuration/api/scalars';
import {
  allowedNow,
  allowWords,
  grownVocabulary,
  growVocabulary,
  mostProposed,
  rejectedNow,
  rejectedWords,
  rejectWords,
  type VocabularyStandingMessage,
  vocabularyStanding,
} from '@murmuration/api/vocabulary';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Operators } from '@murmuration/rounds/operators/operators';
import {
  allowedIn,
  grownBy,
  type NewWords,
  rejectedIn,
  type VocabularyStanding,
} from '@murmuration/rounds/queries/new-words';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { iso } from './schemas.ts';
import { operatorOf } from './scope.ts';

const params = z.object({ task: taskName });

/** The words that a task knows, those that devices have besides, and what of these is added. */
export function vocabularyRoutes(scope: App, operators: Operators, newWords: NewWords): void {
  /** Does what an operator asks for, and writes down which words that changed, if any. */
  const change = async <Done>(
    request: FastifyRequest,
    action: AuditAction,
    work: (task: TaskName, by: string) => Promise<Done>,
    changed: (done: Done) => readonly FieldChange[],
  ) => {
    const { task } = request.params as { readonly task: TaskName };
    const operator = operatorOf(request);
    let changes: readonly FieldChange[] | null = null;
    const doIt = async () => {
      const done = await work(task, operator.name);
      changes = changed(done);
      return done;
    };
    return { task, done: await operators.audited(operator, action, task, doIt, () => changes) };
  };

  scope.get(
    '/tasks/:task/vocabulary',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'The vocabulary of a task, and the words that devices have besides',
        params,
        response: { 200: vocabularyStanding, 404: problem },
      },
    },
    async ({ params: { task } }) => vocabularyMessage(await newWords.of(task as TaskName)),
  );

  scope.post(
    '/tasks/:task/vocabulary/grow',
    {
      config: { least: 'operator' },
      schema: {
        summary:
          'Add proposed words to the vocabulary of a task; they take effect when the coordinator starts next',
        params,
        body: growVocabulary.nullish(),
        response: { 200: grownVocabulary, 400: problem, 404: problem },
      },
    },
    async request => {
      const { task, done } = await change(
        request,
        'vocabulary.grow',
        (task, by) => newWords.grow(task, by, request.body?.words),
        grownBy,
      );
      return { added: [...done], vocabulary: vocabularyMessage(await newWords.of(task)) };
    },
  );

  scope.get(
    '/tasks/:task/vocabulary/rejected',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'The words that the vocabulary of a task is not to have',
        params,
        response: { 200: rejectedWords, 404: problem },
      },
    },
    async ({ params: { task } }) => {
      const rejected = await newWords.rejected(task as TaskName);
      return {
        rejected: rejected.map(({ word, rejectedAt, rejectedBy }) => ({
          word,
          at: iso(rejectedAt),
          by: rejectedBy,
        })),
      };
    },
  );

  scope.post(
    '/tasks/:task/vocabulary/reject',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Have words neither proposed nor added, and take those out that are not in force yet',
        params,
        body: rejectWords,
        response: { 200: rejectedNow, 400: problem, 404: problem },
      },
    },
    async request => {
      const { task, done } = await change(
        request,
        'vocabulary.reject',
        (task, by) => newWords.reject(task, by, request.body.words),
        rejectedIn,
      );
      const { rejected, takenOut } = done;
      return {
        rejected: [...rejected],
        takenOut: [...takenOut],
        vocabulary: vocabularyMessage(await newWords.of(task)),
      };
    },
  );

  scope.post(
    '/tasks/:task/vocabulary/allow',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Have words proposed again that were rejected',
        params,
        body: allowWords,
        response: { 200: allowedNow, 400: problem, 404: problem },
      },
    },
    async request => {
      const { task, done } = await change(
        request,
        'vocabulary.allow',
        task => newWords.allow(task, request.body.words),
        allowedIn,
      );
      return { allowed: [...done], vocabulary: vocabularyMessage(await newWords.of(task)) };
    },
  );
}

/** What the API says of a vocabulary; of many proposed words those that most devices have, however many a group of devices makes up. */
export function vocabularyMessage({
  words,
  growth,
  waiting,
  added,
  proposed,
  rejected,
  room,
}: VocabularyStanding): VocabularyStandingMessage {
  const { query, threshold, most, atOnce, byItself } = growth ?? {};
  return {
    words: words?.length ?? null,
    growth:
      growth && ({ query, threshold, most, atOnce, byItself, room } as VocabularyStandingMessage['growth']),
    added: added?.words.length
      ? { words: added.words.length, at: iso(added.addedAt), by: added.addedBy }
      : null,
    waiting: [...waiting],
    proposed: proposed.slice(0, mostProposed).map(({ at, ...each }) => ({ ...each, at: iso(at) })),
    proposedInAll: proposed.length,
    rejected,
  };
}

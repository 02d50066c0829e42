import { taskName } from '@murmuration/api/scalars';
import {
  grownVocabulary,
  growVocabulary,
  mostProposed,
  type VocabularyStandingMessage,
  vocabularyStanding,
} from '@murmuration/api/vocabulary';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { iso } from '@murmuration/protocol/time/iso';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { NewWords, VocabularyStanding } from '@murmuration/rounds/vocabulary/new-words';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { operatorOf } from './scope.ts';

const params = z.object({ task: taskName });

/**
 * Adds the routes of a task's vocabulary: its words, further words that devices have, and the adding of
 * these.
 */
export function vocabularyRoutes(scope: App, operators: Operators, newWords: NewWords): void {
  scope.get(
    '/tasks/:task/vocabulary',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'The vocabulary of a task, and the other words that devices have',
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
      const task = request.params.task as TaskName;
      const operator = operatorOf(request);
      let added: string[] | undefined;
      const grow = async () => {
        added = [...(await newWords.grow(task, operator.name, request.body?.words))];
        return added;
      };
      const changes = () => (added ? [{ field: 'vocabulary', from: null, to: added }] : null);
      return {
        added: await operators.audited(operator, 'vocabulary.grow', task, grow, changes),
        vocabulary: vocabularyMessage(await newWords.of(task)),
      };
    },
  );
}

/**
 * Returns a vocabulary's form in the API. Of many proposed words it lists those that most devices have,
 * however many a group of devices makes up.
 */
export function vocabularyMessage({
  words,
  growth,
  waiting,
  added,
  proposed,
  room,
}: VocabularyStanding): VocabularyStandingMessage {
  const { query, threshold, most, atOnce } = growth ?? {};
  return {
    words: words?.length ?? null,
    growth: growth && ({ query, threshold, most, atOnce, room } as VocabularyStandingMessage['growth']),
    added: added?.words.length
      ? { words: added.words.length, at: iso(added.addedAt), by: added.addedBy }
      : null,
    waiting: [...waiting],
    proposed: proposed.slice(0, mostProposed).map(({ at, ...each }) => ({ ...each, at: iso(at) })),
    proposedInAll: proposed.length,
  };
}

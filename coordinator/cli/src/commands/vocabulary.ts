import {
  grownVocabulary,
  type VocabularyStandingMessage,
  vocabularyStanding,
} from '@murmuration/api/vocabulary';
import type { Command } from 'commander';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { printable, say, sayJson, sayTable } from '../output/output.ts';

/** Adds `murmuration vocabulary show|grow`. */
export function vocabularyCommands(program: Command): void {
  const vocabulary = program
    .command('vocabulary')
    .description('the words that a task knows, and others that devices have');

  operatorOptions(
    vocabulary
      .command('show', { isDefault: true })
      .alias('list')
      .description('show how many words a task knows, and the other words that devices have'),
  )
    .argument('<task>', 'the task')
    .action(async (task: string, given: RemoteOptions) => {
      const standing = await new AdminClient(given).get(pathOf(task), vocabularyStanding);
      if (given.json) return sayJson(standing);
      sayStanding(task, standing);
      if (standing.proposed.length === 0) return;
      say('');
      sayTable(
        ['word', 'devices', 'round', 'found'],
        standing.proposed.map(({ word, devices, round, at }) => [word, devices, round, at]),
      );
    });

  operatorOptions(
    vocabulary
      .command('grow')
      .description(
        'add words that devices have to the vocabulary; the model grows when the coordinator starts next',
      ),
  )
    .argument('<task>', 'the task')
    .argument(
      '[words...]',
      'of those that are proposed; by default those of most devices, as many as are added at once',
    )
    .action(async (task: string, words: readonly string[], given: RemoteOptions) => {
      const body = words.length > 0 ? { words } : {};
      const grown = await new AdminClient(given).post(`${pathOf(task)}/grow`, body, grownVocabulary);
      if (given.json) return sayJson(grown);
      const { added } = grown;
      if (added.length === 0) return say(`Nothing was added: no words are proposed for ${task}.`);
      say(`Added to the vocabulary of ${task}: ${listed(added)}.`);
      say('The model grows when the coordinator starts next; release the app with these words soon after.');
    });
}

const pathOf = (task: string) => `/tasks/${encodeURIComponent(task)}/vocabulary`;

const listed = (words: readonly string[]) => printable(words.join(', '));

function sayStanding(
  task: string,
  { words, growth, added, waiting, proposed, proposedInAll }: VocabularyStandingMessage,
): void {
  say(words === null ? `${task} names no words as its vocabulary.` : `${task} knows ${words} words.`);
  if (words === null) return;
  if (!growth) {
    say('It grows with the definition of the task only.');
    return;
  }
  const { query, threshold, atOnce, room } = growth;
  say(
    `The query "${query}" finds words that ${threshold} devices or more have; operators add them, ${atOnce} at once at most. There is room for ${room}.`,
  );
  if (added) say(`${added.words} were added in all, the last ones by ${printable(added.by)} at ${added.at}.`);
  if (waiting.length > 0) say(`Added, and in force when the coordinator starts next: ${listed(waiting)}.`);
  const those = proposed.length < proposedInAll ? '; those of most devices:' : ':';
  say(proposedInAll === 0 ? 'No words are proposed.' : `${proposedInAll} words are proposed${those}`);
}

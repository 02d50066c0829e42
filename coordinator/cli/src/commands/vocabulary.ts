import {
  allowedNow,
  grownVocabulary,
  rejectedNow,
  rejectedWords,
  type VocabularyStandingMessage,
  vocabularyStanding,
} from '@murmuration/api/vocabulary';
import type { Command } from 'commander';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { printable, say, sayJson, sayTable } from '../output/output.ts';

/** `murmuration vocabulary show|grow|reject|allow|rejected`. */
export function vocabularyCommands(program: Command): void {
  const vocabulary = program
    .command('vocabulary')
    .description('the words that a task knows, and those that devices have besides');

  operatorOptions(
    vocabulary
      .command('show', { isDefault: true })
      .description('show how many words a task knows, and the words that devices have besides'),
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

  operatorOptions(
    vocabulary
      .command('reject')
      .description(
        'have words neither proposed nor added from now on, and take those out that are not in force yet',
      ),
  )
    .argument('<task>', 'the task')
    .argument('<words...>', 'as they are written, whether or not devices have them')
    .action(async (task: string, words: readonly string[], given: RemoteOptions) => {
      const done = await new AdminClient(given).post(`${pathOf(task)}/reject`, { words }, rejectedNow);
      if (given.json) return sayJson(done);
      const { rejected, takenOut } = done;
      say(
        rejected.length === 0
          ? 'Nothing changed: all of them are rejected already.'
          : `Rejected for the vocabulary of ${task}: ${listed(rejected)}.`,
      );
      if (takenOut.length > 0) say(`Taken out before they were in force: ${listed(takenOut)}.`);
    });

  operatorOptions(vocabulary.command('allow').description('have words proposed again that were rejected'))
    .argument('<task>', 'the task')
    .argument('<words...>', 'of those that are rejected')
    .action(async (task: string, words: readonly string[], given: RemoteOptions) => {
      const done = await new AdminClient(given).post(`${pathOf(task)}/allow`, { words }, allowedNow);
      if (given.json) return sayJson(done);
      say(`Rejected for the vocabulary of ${task} no more: ${listed(done.allowed)}.`);
    });

  operatorOptions(
    vocabulary.command('rejected').description('list the words that are rejected, and who rejected them'),
  )
    .argument('<task>', 'the task')
    .action(async (task: string, given: RemoteOptions) => {
      const found = await new AdminClient(given).get(`${pathOf(task)}/rejected`, rejectedWords);
      if (given.json) return sayJson(found);
      if (found.rejected.length === 0) return say(`No words are rejected for ${task}.`);
      sayTable(
        ['word', 'rejected by', 'at'],
        found.rejected.map(({ word, by, at }) => [word, by, at]),
      );
    });
}

const pathOf = (task: string) => `/tasks/${encodeURIComponent(task)}/vocabulary`;

const listed = (words: readonly string[]) => printable(words.join(', '));

function sayStanding(
  task: string,
  { words, growth, added, waiting, proposed, proposedInAll, rejected }: VocabularyStandingMessage,
): void {
  say(words === null ? `${task} names no words as its vocabulary.` : `${task} knows ${words} words.`);
  if (words === null) return;
  if (!growth) {
    say('It grows with the definition of the task only.');
    return;
  }
  const { query, threshold, atOnce, byItself, room } = growth;
  say(
    `The query "${query}" finds words that ${threshold} devices or more have; ${byItself ? 'they are added by themselves' : 'operators add them'}, ${atOnce} at once at most. There is room for ${room}.`,
  );
  if (added) say(`${added.words} were added in all, the last ones by ${printable(added.by)} at ${added.at}.`);
  if (waiting.length > 0) say(`Added, and in force when the coordinator starts next: ${listed(waiting)}.`);
  if (rejected > 0) say(`${rejected} are rejected; murmuration vocabulary rejected ${task} lists them.`);
  const those = proposed.length < proposedInAll ? '; those of most devices:' : ':';
  say(proposedInAll === 0 ? 'No words are proposed.' : `${proposedInAll} words are proposed${those}`);
}

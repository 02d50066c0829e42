import { describeModel, type ModelParts } from '@murmuration/engine/models/model';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { growWeights, placeGrown } from '@murmuration/protocol/weights/growth';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { beginsWith, type KnownWords, knownWords } from '../registry/known-words.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { Head } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { Strategy, StrategyState } from '../strategy/strategy.ts';
import type { Task } from '../task/task.ts';
import { takesBackOlderNoise } from '../task/task-privacy.ts';
import { grownShape } from './grown-shape.ts';
import { splitOf } from './split-of.ts';
import { stateFor } from './state-for.ts';
import { commitWithoutRound, type VersionPorts } from './version-without-round.ts';

type Made = Pick<ModelFiles, 'topology' | 'layout'>;

/** Returns the model that a task's function makes now. Throws whatever that throws. */
export async function madeBy(task: Task): Promise<ModelParts> {
  const model = await task.model();
  try {
    return describeModel(model);
  } finally {
    model.dispose();
  }
}

/** Returns the words of a version; empty if its task names none. */
export const wordsOf = (vocabulary: readonly string[] | null): Pick<ModelVersion, 'vocabulary'> =>
  vocabulary ? { vocabulary: knownWords(vocabulary) } : {};

/**
 * Throws `config.invalid` if the versions of a task know other words than it names, even if its model is
 * theirs. Does not check a task that names none, nor versions from before it did.
 */
export function requireSameWords({ name, vocabulary }: Task, known: KnownWords | undefined): void {
  if (!vocabulary || !known) return;
  if (vocabulary.length !== known.words)
    throw refusal(
      name,
      `knows ${known.words} words and vocabulary names ${vocabulary.length}, but model() has as many rows as before`,
      'Add rows for the new words to model(), or take them out of vocabulary',
    );
  if (!beginsWith(vocabulary, known)) throw otherWords(name, known);
}

/**
 * Makes the next version of a task if `made` is its current model with rows for new words. It is an ordinary
 * version without a round. Old weights, and what the strategy remembers of them, stay the same bit for bit;
 * new rows are the means of the old. Returns false if nothing was added, and true once the version is
 * committed, entirely or not at all. Throws `config.invalid` for a model that differs in more than that, for
 * words that are not those of the version followed by new ones, and for noise that takes back that of earlier
 * versions; and as `Registry.current`.
 */
export async function growVocabulary(task: Task, made: Made, ports: VersionPorts): Promise<boolean> {
  const growth = await growthOf(task, made, ports.registry);
  if (!growth) return false;
  const { head, newest, weights, split, vocabulary } = growth;
  const place = {
    number: newest + 1,
    parent: head.version.model,
    vocabulary: knownWords(vocabulary),
    state: grownState(task.strategy, head, split.before.shared, split.after.shared),
  };
  await commitWithoutRound(task, { ...made, weights }, place, ports);
  return true;
}

/**
 * Checks that `growVocabulary` will make a version of a task with more words, and makes none. Throws as it
 * does, `config.invalid` if the model has no rows for them, and whatever the model function throws.
 */
export async function requireGrows(task: Task, registry: Pick<Registry, 'current'>): Promise<void> {
  if (await growthOf(task, await madeBy(task), registry)) return;
  throw refusal(
    task.name,
    'has as many rows as what model() makes with more words',
    'Have model() make a row for each word',
  );
}

/**
 * Returns the next version of a task, from a model with rows for new words; undefined if it has none. Throws
 * as `growVocabulary`.
 */
async function growthOf(task: Task, made: Made, registry: Pick<Registry, 'current'>) {
  const { name, vocabulary } = task;
  const { head, files, newest } = await registry.current(name);
  const grown = grownShape(files, made);
  if (grown === null) return undefined;
  if (typeof grown === 'string')
    throw refusal(
      name,
      `can't grow into what model() makes now: ${grown}`,
      'Add only rows at the end of its embedding and its output, as many as there are new words',
    );
  if (!vocabulary)
    throw refusal(
      name,
      `has ${grown.added} fewer rows than what model() makes now`,
      'If they stand for new words, give the task the option vocabulary, a list of all words in the order of their rows, and versions grow; otherwise take the change back',
    );
  const before = requireGrownWords(task, vocabulary, grown, head.version.vocabulary);
  requireForgetfulNoise(task);
  const split = { before: splitOf(task, files), after: splitOf(task, made) };
  const weights = growWeights(files.weights, files.layout, made.layout, before);
  return { head, newest, weights, split, vocabulary };
}

/**
 * Returns the number of old words. Throws `config.invalid` if the new ones do not follow those that the
 * version knows.
 */
function requireGrownWords(
  { name }: Task,
  vocabulary: readonly string[],
  { added, rows }: { readonly added: number; readonly rows: number },
  known: KnownWords | undefined,
): number {
  const before = known?.words ?? vocabulary.length - added;
  if (before + added !== vocabulary.length || before < 1 || before > rows)
    throw refusal(
      name,
      `knows ${before} words in ${rows} rows; vocabulary names ${vocabulary.length}, and model() has ${added} more rows`,
      'Each new word has one new row',
    );
  if (known && !beginsWith(vocabulary, known)) throw otherWords(name, known);
  return before;
}

function requireForgetfulNoise({ name, privacy }: Task): void {
  if (takesBackOlderNoise(privacy))
    throw refusal(
      name,
      'can\'t grow under privacy.noise "correlated" or "blt", which goes on from version to version at the same places',
      'Set it to "independent", "skellam" or "discreteGaussian", or give the larger model a task of another name',
    );
}

/**
 * Returns the strategy's state by rows. New rows, and control variates, whose parts on devices are of the old
 * model, begin as in a new task.
 */
function grownState(
  strategy: Strategy,
  head: Head,
  before: Made['layout'],
  after: Made['layout'],
): StrategyState {
  const first = strategy.init(after.count);
  if (strategy.consumes === 'sum' && strategy.control) return first;
  const smaller = strategy.init(before.count);
  const old = stateFor(strategy, head, before.count);
  return Object.fromEntries(
    Object.entries(first).map(([key, value]) => {
      const of = smaller[key];
      const isByValue = value instanceof Float32Array && of instanceof Float32Array;
      if (!isByValue || value.length === of.length) return [key, old[key]!];
      return [key, placeGrown(old[key] as Float32Array, before, after, value)];
    }),
  );
}

const otherWords = (task: string, { words }: KnownWords) =>
  refusal(
    task,
    `knows ${words} words, which are not the first ${words} of vocabulary, in the same order`,
    'Leave these as they are, and put new ones behind them',
  );

const refusal = (task: string, what: string, advice: string) =>
  new MurmurationError('config.invalid', `The newest version of the task "${task}" ${what}. ${advice}.`);

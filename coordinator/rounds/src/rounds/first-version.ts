import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Manifest, ModelFiles } from '@murmuration/protocol/weights/model-files';
import { isUnreadable } from '../promotion/readability.ts';
import { knownWords } from '../registry/known-words.ts';
import type { ModelVersion } from '../registry/model-version.ts';
import type { History } from '../registry/ports.ts';
import type { Registry } from '../registry/registry.ts';
import type { Task } from '../task/task.ts';
import { modelDifference } from './model-difference.ts';
import { type NgramsOf, ngramsOfFile } from './ngram-chain.ts';
import { refreeze } from './refreeze.ts';
import { splitOf } from './split-of.ts';
import { commitWithoutRound } from './version-without-round.ts';
import { growVocabulary, madeBy, requireSameWords, wordsOf } from './vocabulary-growth.ts';

/**
 * Makes version 0 of a task from its model function if the history has none. Otherwise makes a version with
 * more words if the function has rows for more (`growVocabulary`), or with other frozen layers (`refreeze`).
 * `ngramsOf` returns the n-grams of a task's next version. Throws as `splitOf`, and `config.invalid` if the
 * function makes another model than that of the versions.
 */
export async function ensureFirstVersion(
  task: Task,
  registry: Registry,
  history: History,
  clock: Clock,
  ngramsOf: NgramsOf = ngramsOfFile,
): Promise<void> {
  const ports = { registry, history, clock, ngramsOf };
  const [newest] = await history.versions(task.name, Number.POSITIVE_INFINITY, 1);
  if (newest) {
    // A version that can't be read is reported to operators, who can replace it by an older one while the
    // coordinator runs.
    const stored = await registry.shapeOf(newest.model).catch(error => {
      if (!isUnreadable(error)) throw error;
    });
    if (!stored) return;
    splitOf(task, stored);
    const made = await madeNow(task, newest);
    if (!made) return;
    const difference = modelDifference(stored, made);
    if (!difference) requireSameWords(task, newest.vocabulary);
    else if (await refreeze(task, made, ports)) return;
    else if (!(await growVocabulary(task, made, ports))) throw otherModel(task, difference);
    return;
  }
  await storeFirstVersion(task, await madeBy(task), registry, history, clock, ngramsOf);
}

/**
 * Returns the shape of the model that the task's function makes now. Once there are versions, a different
 * model is a mistake unless it grew. A function that fails, such as for a missing file, matters only if the
 * newest version knows other words.
 */
async function madeNow(
  task: Task,
  { vocabulary: known }: ModelVersion,
): Promise<Pick<Manifest, 'topology' | 'layout'> | undefined> {
  try {
    return await madeBy(task);
  } catch (error) {
    const areSame = !task.vocabulary || !known || knownWords(task.vocabulary).sha256 === known.sha256;
    if (!areSame) throw error;
    return undefined;
  }
}

const otherModel = ({ name }: Task, difference: string) =>
  new MurmurationError(
    'config.invalid',
    `The task "${name}" has versions of another model than its model() makes now: ${difference}. ` +
      'Versions go on from those before them, so give the changed model a task of another name, begin with an empty storage, or take the change back.',
  );

/** Stores a model as version 0 of a task, and returns its hash. Throws as `ensureFirstVersion`. */
export async function storeFirstVersion(
  task: Task,
  { topology, layout, weights }: Pick<ModelFiles, 'topology' | 'layout' | 'weights'>,
  registry: Registry,
  history: History,
  clock: Clock,
  ngramsOf: NgramsOf = ngramsOfFile,
): Promise<ModelHash> {
  const { shared } = splitOf(task, { topology, layout });
  const place = {
    number: 0,
    parent: null,
    ...wordsOf(task.vocabulary),
    state: task.strategy.init(shared.count),
  };
  const ports = { registry, history, clock, ngramsOf };
  return commitWithoutRound(task, { topology, layout, weights }, place, ports);
}

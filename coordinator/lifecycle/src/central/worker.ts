import { startBackend } from '@murmuration/engine/backend/backend';
import type { Objective } from '@murmuration/engine/objective/objective';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { ModelTrainer } from '@murmuration/engine/training/trainer';
import { messageOf } from '@murmuration/protocol/errors/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { FeedbackSelection } from '@murmuration/rounds/task/from-feedback';
import type { JoinedRequest } from '@murmuration/serving/request-log/joined';
import { requestsToTrainOn } from './feedback-requests.ts';

type Some<Example> = Iterable<Example> | AsyncIterable<Example>;

/** Default export of a module with the coordinator's own examples; `data` is the value given to `central`. */
export interface CentralExamples<Example> {
  /** Objective of the training. */
  readonly objective: Objective<Example>;
  /** Returns all examples; called for each version. */
  examples(data: unknown): Some<Example> | Promise<Some<Example>>;
  /** Counts the examples available now, for the trigger `newExamples`. */
  count?(data: unknown): number | Promise<number>;
}

/**
 * Default export of a module that makes examples from requests and their outcomes; `data` is the value given
 * to `central`.
 */
export interface FeedbackExamples<Example> {
  /** Objective of the training. */
  readonly objective: Objective<Example>;
  /** Makes an example from a request; null skips it. */
  example(request: JoinedRequest, data: unknown): Example | null;
}

/** Source of examples. */
export interface CentralSource {
  /** URL of the module. */
  readonly module: string;
  readonly data: unknown;
  /** Requests from which the module makes examples; null if it has its own. */
  readonly feedback: FeedbackSelection | null;
  /** ms since 1970. */
  readonly now: number;
}

export type CentralJob =
  | {
      readonly type: 'train';
      readonly source: CentralSource;
      readonly model: ModelFiles;
      readonly settings: TrainingSettings;
    }
  | { readonly type: 'count'; readonly source: CentralSource };

/** Result of a job: trained weights, or a number of examples, null if the module has no count. */
export type CentralReply =
  | { readonly weights: Float32Array; readonly examples: number; readonly loss: number }
  | { readonly count: number | null }
  | { readonly error: string };

type Module = CentralExamples<unknown> & FeedbackExamples<unknown>;

interface Loaded {
  readonly module: string;
  /** Default export of the module, which has the functions of one of the two. */
  readonly own: Module;
  readonly trainer: ModelTrainer;
}

let loaded: Loaded | undefined;

/** Runs one job at a time. The model of the last job stays in memory. */
export default async function work(job: CentralJob): Promise<CentralReply> {
  try {
    return await reply(job);
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function reply(job: CentralJob): Promise<CentralReply> {
  const { module, data, feedback, now } = job.source;
  const { own, trainer } = await load(module);
  const named = feedback ? 'example' : 'examples';
  if (typeof own[named] !== 'function')
    throw new Error(`The default export of ${module} has no function ${named}.`);
  const central = feedback ? taught(own, feedback, now) : own;
  if (job.type === 'count') {
    const count = (await central.count?.(data)) ?? null;
    if (count !== null && !Number.isSafeInteger(count))
      throw new Error(`The module counts ${count} examples.`);
    return { count };
  }
  const { model, settings } = job;
  const examples = await drawn(await central.examples(data), settings);
  const { signal } = new AbortController();
  // A job is aborted by ending the thread, so this signal is never aborted.
  const trained = await trainer.train(model, settings, examples, signal, () => {});
  const weights = trained.delta;
  for (let i = 0; i < weights.length; i++) weights[i] = weights[i]! + model.weights[i]!;
  return { weights, examples: trained.examples, loss: trained.metrics.loss ?? Number.NaN };
}

async function load(module: string): Promise<Loaded> {
  if (loaded?.module === module) return loaded;
  await loaded?.trainer.close();
  loaded = undefined;
  await startBackend();
  const { default: own } = (await import(module)) as { default?: Module };
  if (typeof own?.objective !== 'object')
    throw new Error(`The default export of ${module} has no objective.`);
  loaded = { module, own, trainer: tfjsTrainer(own.objective) };
  return loaded;
}

/** Returns the examples that a module makes from requests. */
function taught<Example>(
  { objective, example }: FeedbackExamples<Example>,
  settings: FeedbackSelection,
  now: number,
): CentralExamples<Example> {
  async function* examples(data: unknown): AsyncGenerator<Example> {
    for await (const request of requestsToTrainOn(settings, now)) {
      const made = example(request, data);
      if (made !== null) yield made;
    }
  }
  return {
    objective,
    examples,
    async count(data) {
      let total = 0;
      for await (const _ of examples(data)) total += 1;
      return total;
    },
  };
}

/**
 * Draws at most `maxExamples`, each with the same probability (Vitter 1985, algorithm R), from any number of
 * examples.
 */
async function drawn(all: Some<unknown>, { maxExamples, seed }: TrainingSettings): Promise<unknown[]> {
  const uniform = seededUniform(seed);
  const kept: unknown[] = [];
  let seen = 0;
  for await (const example of all) {
    seen += 1;
    if (kept.length < maxExamples) kept.push(example);
    else {
      const place = Math.floor(uniform() * seen);
      if (place < maxExamples) kept[place] = example;
    }
  }
  return kept;
}

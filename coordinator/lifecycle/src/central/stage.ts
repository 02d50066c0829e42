import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { measure } from '@murmuration/rounds/evaluation/measure';
import type { Registry } from '@murmuration/rounds/registry/registry';
import { type NgramsOf, ngramsOfFile } from '@murmuration/rounds/rounds/ngram-chain';
import type { CentralStage } from '@murmuration/rounds/rounds/ports';
import type { CentralTraining } from '@murmuration/rounds/task/central';
import type { Task } from '@murmuration/rounds/task/task';
import type { CentralTrainer } from './central-trainer.ts';

/**
 * Makes versions of a task on the coordinator's own examples: each round trains the newest version further
 * by the plan's settings. The strategy's state stays unchanged, for devices that continue. `ngramsOf`
 * returns the n-grams of a task's next version.
 */
export function centralStage(
  { examples, data, feedback, versions }: CentralTraining,
  taskOf: () => Task,
  registry: Registry,
  trainer: CentralTrainer,
  clock: Clock,
  ngramsOf: NgramsOf = ngramsOfFile,
): CentralStage {
  return {
    isWhole: versions === null,
    makes: newest => versions === null || newest < versions,
    async make({ round, number, run }, signal) {
      const task = taskOf();
      const { head, files } = await registry.current(task.name);
      const { training } = task;
      // Each round has its own order of examples, the same one if it is repeated.
      const settings = { ...training, seed: (training.seed + number) % 2 ** 31 };
      const source = { module: examples, data, feedback, now: clock.now() };
      const { weights } = await trainer.train(source, files, settings, signal);
      if (!weights.every(Number.isFinite))
        throw new MurmurationError(
          'training.failed',
          'Training left the range of float32; lower plan.learningRate, or set plan.gradientClip.',
        );
      const ngrams = await ngramsOf(task);
      const candidate = await registry.store(
        files.topology,
        files.layout,
        weights,
        task.serving.weights,
        ngrams?.file,
      );
      const metrics = await measure(task, candidate, clock, signal);
      const now = await registry.current(task.name);
      if (now.head.version.model !== head.version.model)
        throw new MurmurationError(
          'round.closed',
          'The version that this round trained from was rolled back, or has grown.',
        );
      return {
        state: head.state,
        version: {
          model: candidate.hash,
          task: task.name,
          number: now.newest + 1,
          parent: head.version.model,
          round,
          ...(run !== undefined && { run }),
          strategy: 'central',
          planVersion: task.planVersion,
          contributors: 0,
          ...(head.version.vocabulary && { vocabulary: head.version.vocabulary }),
          metrics,
          ...(ngrams && { ngrams: ngrams.counts }),
          createdAt: clock.now(),
        },
      };
    },
  };
}

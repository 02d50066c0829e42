import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
import type { Contribution } from '@murmuration/client-sdk/update/prepare';
import type { MaskedRound } from '@murmuration/client-sdk/update/update-processor';
import { startBackend } from '@murmuration/engine/backend/backend';
import { loadModel } from '@murmuration/engine/models/model';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { freeMemory, native } from '@murmuration/protocol/primitives/node';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { adversariesOf } from '../adversaries/adversaries.ts';
import { seededRandom } from '../random/seeded-random.ts';
import type { MeasuredMetrics } from '../scenario/define-scenario.ts';
import { clientExamples, type FederatedData } from '../scenario/federated-data.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import { checkedOnce } from './checked-once.ts';
import { isStep, type Job, type WorkerSetup } from './jobs.ts';

/** Passes a result on; `vector` may move to another thread without a copy. */
type HandOver = (result: object, vector: Float32Array | Uint8Array) => unknown;

/** Executor of a run's jobs. */
interface JobRunner {
  run(job: Job): Promise<unknown>;
  /** Frees its resources. */
  close(): Promise<void>;
}

const primitives = checkedOnce(native);

/**
 * Runs jobs in the calling thread: steps as soon as the current training yields, all others one after the
 * other.
 * @param handOver passes on results that contain a vector
 */
export function jobRunner({ module, ...given }: WorkerSetup, handOver: HandOver): JobRunner {
  const settings = given.settings as CommonSettings;
  const data = given.data as FederatedData<unknown>;
  // Loaded lazily: a thread that only masks needs none of it.
  let learning: ReturnType<typeof learn> | undefined;
  const learn = async () => {
    await startBackend();
    const scenario = await loadScenario(new URL(module));
    return { scenario, trainer: tfjsTrainer(scenario.objective(settings, data)) };
  };
  const learner = () => {
    learning ??= learn();
    return learning;
  };
  const adversaries = adversariesOf(settings.adversaries, settings.seed);
  const rounds = new Map<number, MaskedRound>();
  const measured = async (files: ModelFiles, examples: readonly unknown[]): Promise<MeasuredMetrics> => {
    const { scenario } = await learner();
    const model = await loadModel(files);
    try {
      return await scenario.measure(model, examples, settings, data);
    } finally {
      model.dispose();
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  const work = async (job: Job): Promise<unknown> => {
    switch (job.kind) {
      case 'train': {
        const { scenario, trainer } = await learner();
        const { signal } = new AbortController();
        const examples = adversaries.examples(job.client, clientExamples(data, job.client), scenario.poisons);
        const result = await trainer.train(job.model, job.settings, examples, signal, () => {});
        adversaries.corrupt(job.client, job.settings.seed, result.delta);
        return handOver(result, result.delta);
      }
      case 'prepare': {
        const updateProcessor = localUpdateProcessor(primitives, seededRandom(settings.seed, job.draws));
        const update = await updateProcessor.prepare(job.contribution, job.assignment);
        freeLearned(job.contribution);
        return handOver(update, update);
      }
      case 'enter': {
        const updateProcessor = localUpdateProcessor(primitives, seededRandom(settings.seed, job.draws));
        const round = await updateProcessor.masked(job.terms);
        rounds.set(job.id, round);
        return round.enter(job.saved);
      }
      case 'hear':
        return rounds.get(job.id)!.hear(job.event, job.message);
      case 'mask': {
        const standing = await rounds.get(job.id)!.mask(job.contribution, job.assignment);
        freeLearned(job.contribution);
        return handOver(standing, standing.update);
      }
      case 'forget':
        await rounds.get(job.id)?.forget();
        rounds.delete(job.id);
        return null;
      case 'measure':
        return measured(job.model, data.heldOut.slice(job.from, job.to));
      case 'measure-client':
        return measured(job.model, clientExamples(data, job.client));
      case 'engine':
        return (await startBackend()).backend;
    }
  };
  return {
    run(job) {
      if (isStep(job)) return work(job);
      const done = Promise.allSettled([last]).then(() => work(job));
      last = done;
      return done;
    },
    async close() {
      await Promise.allSettled([last]);
      const { trainer } = (await learning?.catch(() => undefined)) ?? {};
      await trainer?.close();
    },
  };
}

/** Frees a delta that the update now contains, unless it is a view of a larger buffer. */
function freeLearned(contribution: Contribution): void {
  const { buffer, byteLength } = 'delta' in contribution ? contribution.delta : contribution.elements;
  if (byteLength === buffer.byteLength) freeMemory(buffer as ArrayBuffer);
}

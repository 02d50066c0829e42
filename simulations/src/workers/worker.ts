import { localUpdateProcessor } from '@murmuration/client-sdk/update/local-update-processor';
import type { MaskedRound } from '@murmuration/client-sdk/update/update-processor';
import { startBackend } from '@murmuration/engine/backend/backend';
import { loadModel } from '@murmuration/engine/models/model';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { native } from '@murmuration/protocol/primitives/node';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { move, Piscina, transferableSymbol, valueSymbol } from 'piscina';
import { adversariesOf } from '../adversaries/adversaries.ts';
import { seededRandom } from '../random/seeded-random.ts';
import type { Measured } from '../scenario/define-scenario.ts';
import { clientExamples, type FederatedData } from '../scenario/federated-data.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import type { CommonSettings } from '../scenario/settings.ts';
import type { Job, WorkerSetup } from './jobs.ts';

let ready: ReturnType<typeof prepare> | undefined;

async function prepare() {
  const { module, ...given } = Piscina.workerData as WorkerSetup;
  const settings = given.settings as CommonSettings;
  const data = given.data as FederatedData<unknown>;
  const { backend } = await startBackend();
  const scenario = await loadScenario(new URL(module));
  const trainer = tfjsTrainer(scenario.objective(settings, data));
  const adversaries = adversariesOf(settings.adversaries, settings.seed);
  const rounds = new Map<number, MaskedRound>();
  const measured = async (files: ModelFiles, examples: readonly unknown[]): Promise<Measured> => {
    const model = await loadModel(files);
    try {
      return await scenario.measure(model, examples, settings, data);
    } finally {
      model.dispose();
    }
  };
  const run = async (job: Job): Promise<unknown> => {
    switch (job.kind) {
      case 'train': {
        const { signal } = new AbortController();
        const examples = adversaries.examples(job.client, clientExamples(data, job.client), scenario.poisons);
        const result = await trainer.train(job.model, job.settings, examples, signal, () => {});
        adversaries.corrupt(job.client, job.settings.seed, result.delta);
        return moved(result, result.delta);
      }
      case 'prepare': {
        const updateProcessor = localUpdateProcessor(native, seededRandom(settings.seed, job.draws));
        const update = await updateProcessor.prepare(job.contribution, job.assignment);
        return moved(update, update);
      }
      case 'enter': {
        const updateProcessor = localUpdateProcessor(native, seededRandom(settings.seed, job.draws));
        const round = await updateProcessor.masked(job.terms);
        rounds.set(job.id, round);
        return round.enter(job.saved);
      }
      case 'hear':
        return rounds.get(job.id)!.hear(job.event, job.message);
      case 'mask': {
        const standing = await rounds.get(job.id)!.mask(job.contribution, job.assignment);
        return moved(standing, standing.update);
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
        return backend;
    }
  };
  return run;
}

let last: Promise<unknown> = Promise.resolve();

/** What the pool calls; jobs are done one after the other. */
export default function work(job: Job): Promise<unknown> {
  ready ??= prepare();
  const done = Promise.allSettled([ready, last]).then(async () => (await ready!)(job));
  last = done;
  return done;
}

/** A result of which one vector changes threads without a copy. */
function moved(result: object, vector: Float32Array | Uint8Array): unknown {
  return move({ [transferableSymbol]: vector.buffer, [valueSymbol]: result } as never);
}

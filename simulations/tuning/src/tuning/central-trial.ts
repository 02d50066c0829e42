import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel, loadModel } from '@murmuration/engine/models/model';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { firstModel } from '@murmuration/simulations/scenario/first-model';
import type { Trained } from './training.ts';
import type { TrialTraining } from './trial.ts';

/** File with the state of a training between two epochs: epoch and curve, then the weights. */
const centralFile = 'central.bin';

interface Standing {
  readonly epoch: number;
  readonly curve: Trained['curve'];
}

/**
 * Trains on the examples of all clients in one place, by the plan, as a coordinator's central task does;
 * resumes from the folder.
 * @throws `training.stopped` on a request to stop
 */
export async function trainCentral({
  scenario,
  settings,
  data,
  metric,
  folder,
  until,
  looks,
  isStopped,
  passed,
}: TrialTraining): Promise<Trained> {
  await startBackend();
  const { learningRate, batchSize, gradientClip, sampledSoftmax } = settings.plan;
  const examples = data.clients.flatMap(own => Array.from(own, index => data.train[index]!));
  const due = new Set([...looks, until]);
  const first = await firstModel(scenario, settings, data);
  const { topology, layout, weights } = describeModel(first);
  first.dispose();
  const trainer = tfjsTrainer(scenario.objective(settings, data));
  const { signal } = new AbortController();
  // No code here looks a model up by its hash.
  const hash = '' as ModelHash;
  try {
    const kept = folder === null ? undefined : await readStanding(folder, weights);
    const curve = [...(kept?.curve ?? [])];
    for (let epoch = kept?.epoch ?? 0; epoch < until; epoch++) {
      passed(epoch);
      if (isStopped()) throw new MurmurationError('training.stopped');
      const { delta } = await trainer.train(
        { hash, topology, layout, weights },
        {
          epochs: 1,
          batchSize,
          learningRate,
          gradientClip,
          sampledSoftmax,
          proximal: 0,
          maxExamples: examples.length,
          seed: 1_000 * settings.seed + epoch,
        },
        examples,
        signal,
        () => {},
      );
      for (const [i, value] of delta.entries()) weights[i]! += value;
      if (due.has(epoch + 1)) {
        const model = await loadModel({ topology, layout, weights });
        const { metrics } = await scenario.measure(model, data.heldOut, settings, data);
        model.dispose();
        const value = metrics[metric];
        curve.push({
          round: epoch + 1,
          value: typeof value === 'number' && Number.isFinite(value) ? value : null,
        });
      }
      if (folder !== null) await writeStanding(folder, { epoch: epoch + 1, curve }, weights);
    }
    passed(until);
    return { score: curve.at(-1)?.value ?? null, curve, failure: null };
  } catch (error) {
    if (error instanceof MurmurationError && error.code === 'training.stopped') throw error;
    return { score: null, curve: [], failure: messageOf(error) };
  } finally {
    await trainer.close();
  }
}

/** Reads the state of a training, its weights into `weights`; undefined if there is none. */
async function readStanding(folder: string, weights: Float32Array): Promise<Standing | undefined> {
  const bytes = await readFile(join(folder, centralFile)).catch(() => undefined);
  if (!bytes) return undefined;
  const end = bytes.indexOf(0x0a);
  const values = bytes.subarray(end + 1);
  if (end < 0 || values.length !== weights.byteLength) return undefined;
  new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength).set(values);
  return JSON.parse(bytes.subarray(0, end).toString('utf8')) as Standing;
}

/** Writes the state beside the old one, and replaces that once it is complete. */
async function writeStanding(folder: string, standing: Standing, weights: Float32Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const values = new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
  const whole = join(folder, `${centralFile}.new`);
  await writeFile(whole, Buffer.concat([Buffer.from(`${JSON.stringify(standing)}\n`), values]));
  await rename(whole, join(folder, centralFile));
}

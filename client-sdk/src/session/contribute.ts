import { MurmurationError } from '@murmuration/protocol/errors';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { RoundProgress } from '../events.ts';
import { prepareUpdate } from '../update/prepare.ts';
import { readExamples } from './examples.ts';
import { persist } from './persist.ts';
import type { SessionPorts } from './ports.ts';

/**
 * One device's contribution to one round: download → train → prepare → upload. What was made for this assignment before a
 * restart is sent again, byte for byte.
 */
export async function contribute(
  assignment: Assignment,
  ports: SessionPorts,
  signal: AbortSignal,
): Promise<void> {
  const { store, emit, task, transport, platform } = ports;
  const report = (phase: RoundProgress['phase'], progress: number) =>
    emit('round', { task, round: assignment.round, number: assignment.number, phase, progress });
  const saved = await store.load();
  let update = saved?.assignment.assignment === assignment.assignment ? saved.update : undefined;
  if (!update) {
    update = await makeUpdate(assignment, ports, signal, report);
    await store.save({ assignment, update });
  }
  report('uploading', 0);
  const path = updatePath(assignment.round, assignment.assignment);
  const bytes = update;
  await persist(() => transport.upload(path, assignment.token, bytes, signal), platform, signal);
  report('counted', 1);
}

async function makeUpdate(
  assignment: Assignment,
  { task, models, trainer, examples, platform, emit }: SessionPorts,
  signal: AbortSignal,
  report: (phase: RoundProgress['phase'], progress: number) => void,
): Promise<Uint8Array> {
  const { plan, number } = assignment;
  report('downloading', 0);
  const { files, bytes } = await persist(() => models.load(plan.model, signal), platform, signal);
  if (bytes > 0) emit('model', { task, model: plan.model, bytes });
  report('training', 0);
  const settings = { ...plan.training, seed: (plan.training.seed + number) % 2 ** 31 };
  const result = await trainer.train(files, settings, await readExamples(examples()), signal, done =>
    report('training', done),
  );
  signal.throwIfAborted();
  if (!Number.isSafeInteger(result.examples) || result.examples < 1)
    throw new MurmurationError(
      'training.failed',
      `The trainer says that it used ${result.examples} examples; a result has used one at least.`,
    );
  if (result.delta.length !== files.layout.count)
    throw new MurmurationError(
      'training.failed',
      `The trainer gave ${result.delta.length} values; the model has ${files.layout.count}.`,
    );
  return prepareUpdate(result.delta, result.examples, files.layout, assignment, platform.random);
}

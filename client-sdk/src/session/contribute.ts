import { MurmurationError } from '@murmuration/protocol/errors';
import { updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { RoundProgress } from '../events.ts';
import { prepareUpdate } from '../update/prepare.ts';
import { readExamples } from './examples.ts';
import type { SessionPorts } from './ports.ts';

/** ms between tries of an upload: doubled after each, with a random part, up to the last. */
const firstPause = 500;
const longestPause = 15_000;

/**
 * One device's contribution to one round: download → train → prepare → upload. What was made for this assignment before a
 * restart is sent again, byte for byte.
 */
export async function contribute(
  assignment: Assignment,
  ports: SessionPorts,
  signal: AbortSignal,
): Promise<void> {
  const { store, emit, task } = ports;
  const report = (phase: RoundProgress['phase'], progress: number) =>
    emit('round', { task, round: assignment.round, number: assignment.number, phase, progress });
  const saved = await store.load();
  let update = saved?.assignment.assignment === assignment.assignment ? saved.update : undefined;
  if (!update) {
    update = await makeUpdate(assignment, ports, signal, report);
    await store.save({ assignment, update });
  }
  report('uploading', 0);
  await upload(assignment, update, ports, signal);
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
  const { files, bytes } = await models.load(plan.model, signal);
  if (bytes > 0) emit('model', { task, model: plan.model, bytes });
  report('training', 0);
  const settings = { ...plan.training, seed: (plan.training.seed + number) % 2 ** 31 };
  const result = await trainer.train(files, settings, await readExamples(examples()), signal, done =>
    report('training', done),
  );
  if (result.delta.length !== files.layout.count)
    throw new MurmurationError(
      'training.failed',
      `The trainer gave ${result.delta.length} values; the model has ${files.layout.count}.`,
    );
  return prepareUpdate(result.delta, result.examples, files.layout, assignment, platform.random);
}

/** Tries until the update counts, the round is over, or an error says that another try can't help. */
async function upload(
  assignment: Assignment,
  update: Uint8Array,
  { transport, platform }: SessionPorts,
  signal: AbortSignal,
): Promise<void> {
  const path = updatePath(assignment.round, assignment.assignment);
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      await transport.upload(path, assignment.token, update, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof MurmurationError) || !error.retryable) throw error;
    }
    const [jitter] = platform.random(1);
    const { clock } = platform;
    await new Promise<void>(wake => clock.at(clock.now() + pause * (0.5 + jitter! / 256), wake));
    signal.throwIfAborted();
  }
}

import type { Serving } from '@murmuration/engine/inference/serving';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan, TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Verdict } from '@murmuration/protocol/weights/quantize';
import { splitLayout, takePart } from '@murmuration/protocol/weights/shared-part';
import { BelowFloor } from '../floors/below-floor.ts';
import { ExampleSplit } from '../hybrid/held-out.ts';
import { retry } from '../retry/retry.ts';
import { readExamples } from '../training/examples.ts';
import type { Learned } from '../update/prepare.ts';
import { unlessDiverged } from './diverged.ts';
import type { SessionPorts } from './ports.ts';
import type { Report } from './report.ts';

/**
 * Downloads the model of an assignment and trains a copy of it on the device's examples. Returns what was
 * learned in the shared layers; the private layers start from the device's own weights, and are kept here.
 * Throws `plan.private-layers` for a plan that names layers which the model lacks, and `plan.below-floor` for
 * fewer examples than the app requires. `began` is called once the model is here.
 */
export async function learn(
  assignment: Assignment,
  ports: SessionPorts,
  signal: AbortSignal,
  report: Report,
  began: () => void,
): Promise<Learned> {
  const { task, models, privateLayers, served, trainer, examples, platform, floors, transport, emit } = ports;
  const { plan } = assignment;
  report('downloading', 0);
  const { files, bytes } = await retry(() => models.load(plan.model, signal, transport), platform, signal);
  began();
  if (bytes > 0) emit('model', { task, model: plan.model, bytes });
  const split = splitLayout(files.layout, plan.privateLayers, plan.frozenLayers);
  const model = await privateLayers.personalise(files, split, reason =>
    emit('private-layers', { task, model: plan.model, reason }),
  );
  report('training', 0);
  const read = await readExamples(examples);
  const ownExamples =
    served && (split.private || ports.holdsOut)
      ? trainingExamplesOf(read, served.serving, ports.holdsOut)
      : read;
  requireExamples(ownExamples.length, floors.leastExamples);
  const settings = floors.ownDraw
    ? { ...plan.training, seed: await ports.ownSeed(assignment.round) }
    : trainingOf(assignment);
  const result = await trainer.train(model, settings, ownExamples, signal, done => report('training', done));
  signal.throwIfAborted();
  if (result.path) emit('engine', { task, ...result.path });
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
  requireExamples(result.examples, floors.leastExamples);
  const { delta, metrics } = await unlessDiverged(
    result,
    plan,
    () => privateLayers.keep(plan.privateLayers ?? [], split, model.weights, result.delta),
    error => emit('error', Object.assign(error, { task, round: assignment.round })),
  );
  return {
    delta: takePart(delta, split, 'shared'),
    examples: result.examples,
    loss: metrics.initialLoss,
    layout: split.shared,
    verdict: await verdictFor(plan, served),
  };
}

/** Returns the device's verdict on the version that the plan names, once; only masked sums may have it. */
async function verdictFor(
  { masking, judged }: Plan,
  served: SessionPorts['served'],
): Promise<Verdict | undefined> {
  return masking && judged ? served?.verdicts.tell(judged) : undefined;
}

/** An update from few examples reveals them. */
function requireExamples(count: number, least: number): void {
  if (count < least)
    throw new BelowFloor(
      'leastExamples',
      `The device has ${count} examples for this round; the app takes part with ${least} or more.`,
    );
}

/**
 * Returns the round's training settings, with a seed of its own, so that no two rounds order examples alike.
 */
function trainingOf({ plan: { training }, number }: Assignment): TrainingSettings {
  return { ...training, seed: (training.seed + number) % 2 ** 31 };
}

/**
 * Returns the examples for training. Private layers are one of the personal models, so they must not learn
 * the examples that these are compared on; nor may versions that devices measure.
 */
function trainingExamplesOf(
  examples: readonly unknown[],
  serving: Serving<unknown>,
  always = false,
): readonly unknown[] {
  const split = new ExampleSplit(serving);
  for (const example of examples) split.add(example);
  const { training } = split;
  return always || training.length > 0 ? training : examples;
}

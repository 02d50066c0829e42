import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { PlanControl } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { roundControl, roundMark } from '@murmuration/protocol/weights/control';
import { digest } from '@murmuration/protocol/weights/digest';
import { quantizationOf } from '@murmuration/protocol/weights/quantize';
import { splitLayout, takePart, withPart } from '@murmuration/protocol/weights/shared-part';
import { retry } from '../retry/retry.ts';
import type { Trainer } from '../training/trainer.ts';
import { type OwnVector, OwnVectors } from '../update/own-vectors.ts';
import { diverged } from './diverged.ts';
import type { AnyPart } from './part.ts';
import type { SessionPorts } from './ports.ts';
import { trainingPart } from './training-part.ts';

/**
 * Returns the part of a device with corrected steps (SCAFFOLD: Karimireddy et al. 2020,
 * Algorithm 1; SPEC.md, RD21): downloads c, trains with gradients plus c − cᵢ, keeps the next
 * cᵢ, and sends the change of cᵢ with the update.
 */
export function controlledPart(assignment: Assignment, control: PlanControl, ports: SessionPorts): AnyPart {
  const { plan, round, number } = assignment;
  const { storage, task, trainer, platform } = ports;
  const kept = new OwnVectors(storage, `control.${task}`);
  let change: Float32Array | undefined;
  let began: number | undefined;
  const corrected: Pick<Trainer, 'train'> = {
    async train(model, settings, examples, signal, progress) {
      const split = splitLayout(model.layout, plan.privateLayers, plan.frozenLayers);
      const { count, hash } = split.shared;
      const own = inForce(await kept.load(hash), control) ?? new Float32Array(count);
      const shared = await download(assignment, control, count, ports, signal);
      began = platform.clock.now();
      for (let i = 0; i < count; i++) shared[i] = shared[i]! - own[i]!;
      const correction = withPart(new Float32Array(model.layout.count), split, 'shared', shared);
      const result = await trainer.train(model, { ...settings, correction }, examples, signal, progress);
      const { gradient } = result;
      if (gradient?.length !== model.layout.count)
        throw new MurmurationError(
          'training.unsupported',
          'The plan corrects the steps of devices, which this trainer does not do: its result has no gradient.',
        );
      change = takePart(gradient, split, 'shared').map((value, i) => value - own[i]!);
      if (!change.every(Number.isFinite)) {
        if (!plan.masking) throw diverged('its gradients are');
        // Zeros and NaN together: neither half of what is sent reveals that training diverged.
        change.fill(0);
        return { ...result, delta: result.delta.fill(Number.NaN) };
      }
      roundControl(change, { ...quantizationOf(plan), control: control.clip }, round, platform.random);
      for (let i = 0; i < count; i++) own[i] = own[i]! + change[i]!;
      await kept.add(hash, { number, origin: control.origin ?? roundMark(round) }, own);
      return result;
    },
  };
  const part = trainingPart(assignment, {
    ...ports,
    trainer: { ...corrected, close: () => trainer.close() },
  });
  return {
    ...part,
    make: async (signal, report) => ({ ...(await part.make(signal, report)), control: change }),
    began: () => began ?? part.began?.(),
    counted: () => kept.count(number),
  };
}

/** Downloads c. Throws `model.corrupt` if its hash differs from the plan's, and `server.*`. */
async function download(
  { plan }: Assignment,
  { file }: PlanControl,
  count: number,
  { transport, platform }: SessionPorts,
  signal: AbortSignal,
): Promise<Float32Array> {
  const path = `/v1/models/${plan.model}/${file}.bin`;
  const bytes = await retry(() => transport.download(path, 4 * count, signal), platform, signal);
  if (bytes.length !== 4 * count || hex(digest(bytes)) !== file) throw new MurmurationError('model.corrupt');
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** Most rounds that a plan names; a device assumes that its updates of earlier rounds counted. */
const maxNamedRounds = 64;

/**
 * Returns the device's newest cᵢ whose change is in c as far as the plan shows. Returns undefined if there is
 * none: its round failed or was rolled back, or the task was restarted.
 */
function inForce(
  vectors: readonly OwnVector[],
  { origin, rounds }: Pick<PlanControl, 'origin' | 'rounds'>,
): Float32Array | undefined {
  const since = rounds.length < maxNamedRounds ? 0 : Math.min(...rounds);
  return vectors.findLast(
    vector =>
      vector.isCounted &&
      vector.origin === origin &&
      (vector.number < since || rounds.includes(vector.number)),
  )?.values;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

import type { Compression } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { compress } from '../update/compress.ts';
import { OwnVectors } from '../update/own-vectors.ts';
import type { AnyPart } from './part.ts';
import type { SessionPorts } from './ports.ts';

/**
 * Returns the part of a device that sends only some values of its update (SPEC.md, UP13) and, where the plan
 * asks for feedback, keeps the others for its next one. `part`: the part of a device that sends all values.
 */
export function compressedPart(
  { plan, round, number }: Assignment,
  compression: Compression,
  { storage, task, platform }: SessionPorts,
  part: AnyPart,
): AnyPart {
  const kept = new OwnVectors(storage, `residual.${task}`);
  return {
    ...part,
    async make(signal, report) {
      const contribution = await part.make(signal, report);
      if ('elements' in contribution) return contribution;
      const { delta, layout } = contribution;
      const before = compression.feedback
        ? (await kept.load(layout.hash)).findLast(({ isCounted }) => isCounted)?.values
        : undefined;
      const { residual, ...sent } = compress(delta, before, compression, plan, round, platform.random);
      if (residual) await kept.add(layout.hash, { number, origin: 0 }, residual);
      return { ...contribution, ...sent };
    },
    counted: () => kept.count(number),
  };
}

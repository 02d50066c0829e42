import { findParameters } from '@murmuration/protocol/secagg/parameters';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { maskingInForce } from '@murmuration/simulations/federation/masking-in-force';
import { describe, expect, it } from 'vitest';

function taskOf(goal: number, masking: TaskDefinition['masking']) {
  return defineTask({
    name: 'digits',
    model: () => {
      throw new Error('No model is needed.');
    },
    plan: { learningRate: 0.1 },
    update: { clip: 1, bits: 8 },
    masking,
    cohort: { goal, minimum: 3, overSelection: 1.3 },
    uploadSlot: 0,
    schedule: { every: 0 },
    strategy: fedAvg(),
  });
}

const settings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1 } as const;

describe('the masking in force', () => {
  it('is that of a cohort whose surplus was shed', () => {
    expect(maskingInForce(taskOf(1_000, settings), 10_000)).toEqual({
      ...settings,
      ...findParameters(1_050, settings),
      // 1,300 contributions of up to 127, sign included.
      ringBits: 19,
    });
  });

  it('is complete among few devices', () => {
    const { graph, devices, neighbours } = maskingInForce(taskOf(10, settings), 10_000)!;
    expect({ graph, devices, neighbours }).toEqual({ graph: 'complete', devices: 11, neighbours: 10 });
  });

  it('is none where the task does not mask', () => {
    expect(maskingInForce(taskOf(10, 'off'), 10_000)).toBeNull();
  });
});

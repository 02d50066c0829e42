import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Budget, Parts, PrivacyLedger } from '../privacy/ledger.ts';

interface Kept {
  readonly budget: Budget;
  readonly rounds: RoundId[];
  readonly counted: number[];
  readonly seeds: Map<number, Uint8Array>;
  readonly parts: Map<DeviceId, Parts>;
}

export function memoryPrivacy(): PrivacyLedger {
  const kept = new Map<string, Kept>();
  return {
    async budgets(task) {
      return [...kept.values()]
        .filter(({ budget }) => budget.task === task)
        .map(({ budget, rounds, counted }) => ({ ...budget, steps: rounds.length, counted: [...counted] }));
    },
    async open(budget) {
      kept.set(budget.id, { budget, rounds: [], counted: [], seeds: new Map(), parts: new Map() });
    },
    async parts(budget) {
      return new Map(kept.get(budget)?.parts);
    },
    async claim({ budget, step, round, seed, contributors, oldest }) {
      const { rounds, counted, seeds, parts } = kept.get(budget)!;
      if (step !== rounds.length - 1 || rounds[step] !== round) {
        if (step !== rounds.length) throw new MurmurationError('round.closed', takenStep(step));
        rounds.push(round);
        counted.push(contributors.length);
        seeds.set(step, seed);
        for (const device of contributors)
          parts.set(device, { step, parts: (parts.get(device)?.parts ?? 0) + 1 });
      }
      for (const old of seeds.keys()) if (old < oldest) seeds.delete(old);
      return new Map(seeds);
    },
  };
}

/** Why a round may not take a step. */
export const takenStep = (step: number): string =>
  `Step ${step} of the privacy budget is not this round's: another one has taken it, or the budget was put back.`;

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { LedgerBudget, Parts, PartsPlace, PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import { mayTakePart, requireOnce, tookPartTooSoon } from '@murmuration/rounds/privacy/taking-part';

interface Kept {
  readonly budget: LedgerBudget;
  readonly rounds: RoundId[];
  readonly counted: number[];
  readonly seeds: Map<number, Uint8Array>;
  readonly memories: Map<number, Uint8Array>;
  readonly parts: Map<DeviceId, Parts>;
}

export function memoryPrivacy(): PrivacyLedger {
  const kept = new Map<string, Kept>();
  const opened = (is: (budget: LedgerBudget) => boolean) =>
    [...kept.values()]
      .filter(({ budget }) => is(budget))
      .map(({ budget, rounds, counted }) => ({ ...budget, steps: rounds.length, counted: [...counted] }));
  return {
    async budgets(task) {
      return opened(budget => budget.task === task && budget.query === undefined);
    },
    async queryBudgets(task) {
      return opened(budget => budget.task === task).flatMap(({ query, ...budget }) =>
        query === undefined ? [] : [{ ...budget, query }],
      );
    },
    async open(budget) {
      for (const each of kept.values())
        if (each.budget.task === budget.task && each.budget.query === budget.query) forget(each, Infinity);
      kept.set(budget.id, {
        budget,
        rounds: [],
        counted: [],
        seeds: new Map(),
        memories: new Map(),
        parts: new Map(),
      });
    },
    async parts(budget, { after, limit, keeping }) {
      const { since = 0, parts = Number.POSITIVE_INFINITY } = keeping ?? {};
      return Array.from(kept.get(budget)?.parts ?? [], ([device, last]) => ({ device, ...last }))
        .filter(each => after === undefined || inOrder(each, after) > 0)
        .filter(each => each.step >= since || each.parts >= parts)
        .sort(inOrder)
        .slice(0, limit);
    },
    async partsOf(budget, devices) {
      const parts = kept.get(budget)?.parts;
      return new Map(
        devices.flatMap(device => {
          const last = parts?.get(device);
          return last ? [[device, last] as const] : [];
        }),
      );
    },
    async claim({ budget, step, round, seed, contributors, counted: all, oldest }) {
      const of = kept.get(budget)!;
      const { terms } = of.budget;
      const { rounds, counted, seeds, parts } = of;
      if (step !== rounds.length - 1 || rounds[step] !== round) {
        if (step !== rounds.length) throw new MurmurationError('round.closed', takenStep(step));
        requireOnce(contributors);
        for (const device of contributors) {
          const last = parts.get(device);
          if (terms && last && !mayTakePart(last, step, terms)) throw tookPartTooSoon(device);
        }
        rounds.push(round);
        counted.push(all ?? contributors.length);
        seeds.set(step, seed.slice());
        for (const device of contributors)
          parts.set(device, { step, parts: (parts.get(device)?.parts ?? 0) + 1 });
      }
      forget(of, oldest);
      return new Map(Array.from(seeds, ([step, seed]) => [step, seed.slice()]));
    },
    async remember(budget, step, memory) {
      const { memories } = kept.get(budget)!;
      if (!memories.has(step)) memories.set(step, memory.slice());
    },
    async rememberedBefore(budget, step) {
      return [...kept.get(budget)!.memories.keys()]
        .filter(each => each <= step)
        .reduce((last, each) => Math.max(last, each), 0);
    },
    async memory(budget, step) {
      return kept.get(budget)!.memories.get(step)?.slice();
    },
    async erase(budget) {
      forget(kept.get(budget)!, Infinity);
    },
  };
}

const inOrder = (a: PartsPlace, b: PartsPlace): number =>
  a.step - b.step || (a.device < b.device ? -1 : a.device > b.device ? 1 : 0);

/** Removes secrets of steps before `oldest`. */
function forget({ seeds, memories }: Kept, oldest: number): void {
  for (const secrets of [seeds, memories])
    for (const old of secrets.keys())
      if (old < oldest) {
        secrets.get(old)!.fill(0);
        secrets.delete(old);
      }
}

/** Returns the message for a round that may not take a step. */
export const takenStep = (step: number): string =>
  `Step ${step} of the privacy budget is not this round's: another one has taken it, or the budget was put back.`;

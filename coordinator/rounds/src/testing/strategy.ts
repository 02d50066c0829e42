import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Stepped, Strategy, StrategyState } from '../strategy/strategy.ts';

const value = fc.float({ min: -10, max: 10, noNaN: true });
const vectors = fc.integer({ min: 1, max: 40 }).chain(count =>
  fc.record({
    model: fc.float32Array({ minLength: count, maxLength: count, min: -10, max: 10, noNaN: true }),
    deltas: fc.array(fc.array(value, { minLength: count, maxLength: count }), { minLength: 1, maxLength: 5 }),
  }),
);

const copy = <Value>(value: Value): Value => structuredClone(value);

/** Returns the input of a strategy for devices that learned `deltas`, and the step that it makes from it. */
function gathered<State extends StrategyState>(
  strategy: Strategy<State>,
  deltas: readonly (readonly number[])[],
): { readonly input: unknown; step(state: State, model: Float32Array): Stepped<State> } {
  const updates = deltas.map(delta => ({ delta: Float32Array.from(delta), weight: 1 }));
  if (strategy.consumes !== 'sum')
    return { input: updates, step: (state, model) => strategy.apply(state, model, updates) };
  const delta = updates[0]!.delta.map(
    (_, i) => deltas.reduce((sum, each) => sum + each[i]!, 0) / deltas.length,
  );
  const mean = { delta, weight: deltas.length };
  return { input: mean, step: (state, model) => strategy.apply(state, model, mean) };
}

/** Contract of every strategy. */
export function strategyContract<State extends StrategyState>(name: string, strategy: Strategy<State>): void {
  /** Returns the states and models of rounds; in each round, three devices learned the same. */
  function run(model: Float32Array, deltas: readonly (readonly number[])[]) {
    let now = { state: strategy.init(model.length), model };
    const all = [now];
    for (const delta of deltas) {
      now = gathered(strategy, [delta, delta, delta]).step(now.state, now.model);
      all.push(now);
    }
    return all;
  }

  describe(`${name} as a strategy`, () => {
    it('changes nothing that it was given, and answers equal questions equally', () => {
      fc.assert(
        fc.property(vectors, ({ model, deltas }) => {
          for (const { state, model: base } of run(model, deltas)) {
            const { input, step } = gathered(strategy, deltas);
            const before = copy({ state, base, input });
            const first = step(state, base);
            expect({ state, base, input }).toEqual(before);
            expect(step(state, base)).toEqual(first);
            expect(first.model).not.toBe(base);
          }
        }),
        { numRuns: 50 },
      );
    });

    it('keeps the length of the model, and finite values', () => {
      fc.assert(
        fc.property(vectors, ({ model, deltas }) => {
          for (const { model: next } of run(model, deltas)) {
            expect(next).toHaveLength(model.length);
            expect(next.every(Number.isFinite)).toBe(true);
          }
        }),
        { numRuns: 50 },
      );
    });

    it('leaves the model as it is where nothing was ever learned', () => {
      fc.assert(
        fc.property(vectors, ({ model }) => {
          const zero = new Array<number>(model.length).fill(0);
          // Compares as numbers, so that 0 equals −0.
          for (const { model: next } of run(model, [zero, zero, zero]))
            expect(next.every((value, i) => value === model[i])).toBe(true);
        }),
        { numRuns: 50 },
      );
    });

    it('goes the way that the devices went', () => {
      const model = new Float32Array(3);
      const [, { model: next }] = run(model, [[0.5, -0.25, 0]]) as [unknown, { model: Float32Array }];
      expect([...next].map(Math.sign)).toEqual([1, -1, 0]);
    });

    if (strategy.consumes !== 'sum') {
      it('does not depend on the order in which the updates came', () => {
        fc.assert(
          fc.property(vectors, ({ model, deltas }) => {
            const step = (all: typeof deltas) =>
              gathered(strategy, all).step(strategy.init(model.length), model);
            expect(step(deltas.toReversed())).toEqual(step(deltas));
          }),
          { numRuns: 50 },
        );
      });
    }

    it('remembers only what can be stored: numbers and float32 vectors', () => {
      fc.assert(
        fc.property(vectors, ({ model, deltas }) => {
          for (const { state } of run(model, deltas)) {
            for (const kept of Object.values(state))
              expect(kept instanceof Float32Array || Number.isFinite(kept)).toBe(true);
          }
        }),
        { numRuns: 50 },
      );
    });

    it('goes on from a stored state as if nothing had happened', () => {
      fc.assert(
        fc.property(vectors, ({ model, deltas }) => {
          const all = run(model, [...deltas, deltas[0]!]);
          const { state, model: base } = all[deltas.length]!;
          const restored = copy(state);
          const { step } = gathered(strategy, [deltas[0]!, deltas[0]!, deltas[0]!]);
          expect(step(restored, base)).toEqual(all[deltas.length + 1]);
        }),
        { numRuns: 50 },
      );
    });
  });
}

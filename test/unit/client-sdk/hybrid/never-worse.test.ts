import { compare } from '@murmuration/client-sdk/hybrid/comparison';
import type { OpenPersonal } from '@murmuration/client-sdk/hybrid/personal';
import type { PartsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';
import type { Serving } from '@murmuration/engine/inference/serving';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { seededRandom } from '../../../seeded-random.ts';

const classes = 6;
const { signal } = new AbortController();

/** A question: the distribution that each model gives, the bin that it names, and the class that came. */
interface Question {
  readonly says: readonly Float32Array[];
  readonly levels: readonly number[];
  readonly came: number;
}

const serving: Serving<readonly Question[]> = {
  classes,
  firstClass: 0,
  input: () => [0],
  questions: questions => ({
    input: questions.map(() => 0),
    targets: questions.map(({ came }, position) => ({ position, class: came })),
  }),
};

const modelOf = (index: number): OpenPersonal => ({
  predict: async () => new Float32Array(classes),
  answer: async example =>
    Float32Array.from((example as Question[]).flatMap(({ says }) => [...says[index]!])),
  ...(index > 0 && {
    confidences: (example: unknown) => (example as Question[]).map(({ levels }) => levels[index - 1]!),
  }),
  close: async () => {},
});

const compared = (questions: readonly Question[], models: number, prior?: PartsPrior) =>
  compare(
    modelOf(0),
    Array.from({ length: models - 1 }, (_, i) => modelOf(i + 1)),
    questions.map(question => [question]),
    serving as Serving<unknown>,
    signal,
    prior,
  );

/** Uniform numbers from 0 to 1 that follow from a seed. */
function uniforms(seed: number): () => number {
  const random = seededRandom(seed);
  return () => new DataView(random(4).buffer).getUint32(0, true) / 2 ** 32;
}

function distribution(uniform: () => number, sure: number, favoured: number): Float32Array {
  const values = Float32Array.from({ length: classes }, (_, id) => uniform() + (id === favoured ? sure : 0));
  const sum = values.reduce((all, value) => all + value, 0);
  return values.map(value => value / sum);
}

/** A world in which each model knows what comes so well, and bins tell nothing. */
function world(seed: number, count: number, sure: readonly number[]): Question[] {
  const uniform = uniforms(seed);
  return Array.from({ length: count }, () => {
    const came = Math.floor(uniform() * classes);
    return {
      came,
      says: sure.map(each => distribution(uniform, each, came)),
      levels: sure.slice(1).map(() => Math.floor(uniform() * 4)),
    };
  });
}

function lossOn(questions: readonly Question[], weights: (question: Question) => readonly number[]): number {
  const sum = questions.reduce((all, question) => {
    const of = weights(question);
    return all - Math.log(of.reduce((p, weight, i) => p + weight * question.says[i]![question.came]!, 0));
  }, 0);
  return sum / questions.length;
}

describe('a mixture', () => {
  it('is on halves that its weights were not chosen on no worse than any part alone, or one part serves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 2, maxLength: 4 }),
        async (seed, count, sure) => {
          const questions = world(seed, count, sure);
          const { weights, bins, scores } = (await compared(questions, sure.length))!;
          const of = [1 - weights.reduce((sum, weight) => sum + weight, 0), ...weights];
          for (const each of [weights, ...bins.values()])
            expect(each.every(weight => weight >= 0 && weight <= 1)).toBe(true);
          const alone = sure.map((_, i) => lossOn(questions, () => sure.map((__, j) => (i === j ? 1 : 0))));
          const isOne = of.some(weight => Math.abs(weight - 1) < 1e-9) && bins.size === 0;
          if (isOne) {
            // The global model, unless another one was better by a nat for each weight.
            expect(scores.hybrid.loss).toBeLessThanOrEqual(alone[0]! + 1e-6);
            expect(scores.hybrid.top3).toBeGreaterThanOrEqual(scores.global.top3);
          } else {
            const best = Math.min(...alone);
            const least = scores.hybrid.loss - best;
            // What displaces nothing but the global model may leave less than a nat for each weight to a part that is hardly better.
            expect(count * least).toBeLessThan(sure.length - 1);
            expect(scores.hybrid.top3).toBeGreaterThanOrEqual(scores.global.top3);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('takes no weights by bins that only the questions they were chosen on bear out', async () => {
    // Bins are noise: whoever judges weights on the questions that they were fitted to takes them in most of these worlds.
    let taken = 0;
    const worlds = 40;
    let excess = 0;
    for (let seed = 1; seed <= worlds; seed++) {
      const sure = [1, 1, 1, 1];
      const found = (await compared(world(seed, 60, sure), sure.length))!;
      if (found.bins.size > 0) taken++;
      const fresh = world(10_000 + seed, 400, sure);
      const rest = (weights: readonly number[]) => [
        1 - weights.reduce((sum, each) => sum + each, 0),
        ...weights,
      ];
      const ofMixture = lossOn(fresh, ({ levels }) => rest(found.bins.get(levels.join('')) ?? found.weights));
      // All parts are alike but for chance, so that each is the best one.
      excess += (ofMixture - lossOn(fresh, () => [1, 0, 0, 0])) / worlds;
    }
    expect(taken).toBeLessThanOrEqual(2);
    expect(excess).toBeLessThan(0.005);
  });

  it('is not taken from a history whose beginning alone bears it out', async () => {
    // An attacker who wrote the first half can't make the device trust a part that is wrong in the second.
    const uniform = uniforms(3);
    const questions = Array.from({ length: 80 }, (_, i): Question => {
      const came = Math.floor(uniform() * classes);
      const lie = i < 40 ? came : (came + 1) % classes;
      return { came, says: [distribution(uniform, 1, came), distribution(uniform, 40, lie)], levels: [1] };
    });
    const { weights, bins, scores } = (await compared(questions, 2))!;
    expect([weights, bins.size]).toEqual([[0], 0]);
    expect(scores.hybrid).toEqual(scores.global);
  });

  it('is not taken where it has what came less often among three than a part, beyond chance', async () => {
    // One part is sure of single classes and nearly always wrong; where it is right, it explains much.
    const uniform = uniforms(9);
    const of = (share: number) =>
      Array.from({ length: 400 }, (): Question => {
        const came = Math.floor(uniform() * classes);
        // The three likeliest of the first part have what came; the other has it first, or last by a hair.
        const first = Float32Array.from({ length: classes }, (_, id) =>
          id === came || id === (came + 1) % classes || id === (came + 2) % classes ? 0.17 : 0.163,
        );
        const knows = uniform() < share;
        const second = Float32Array.from({ length: classes }, (_, id) =>
          knows ? (id === came ? 0.9 : 0.02) : id === came ? 0.08 : 0.184,
        );
        return { came, says: [new Float32Array(classes).fill(1 / classes), first, second], levels: [0, 0] };
      });
    const rare = (await compared(of(0.3), 3))!;
    expect(rare.weights).toEqual([1, 0]);
    expect(rare.scores.hybrid.top3).toBe(1);
    const frequent = (await compared(of(1), 3))!;
    expect(frequent.weights[1]).toBeGreaterThan(0.5);
  });

  it('has weights by bins where a part is to be trusted in some contexts only', async () => {
    const uniform = uniforms(5);
    const questions = Array.from({ length: 300 }, (): Question => {
      const came = Math.floor(uniform() * classes);
      const knows = uniform() < 0.4;
      const said = knows ? came : Math.floor(uniform() * classes);
      return {
        came,
        says: [distribution(uniform, 1.5, came), distribution(uniform, 30, said)],
        levels: [knows ? 3 : 0],
      };
    });
    const { bins, scores } = (await compared(questions, 2))!;
    expect(bins.get('3')![0]!).toBeGreaterThan(bins.get('0')![0]! + 0.4);
    expect(scores.hybrid.loss).toBeLessThan(scores.global.loss);
  });
});

describe('a mixture whose weights begin from a prior', () => {
  const even: PartsPrior = { all: [0.5, 0.5], bins: new Map(), questions: 50 };

  it('serves from a handful of questions on, which would not bear out weights of their own', async () => {
    const questions = world(4, 6, [1.5, 1.5]);
    expect((await compared(questions, 2))!.weights).toEqual([0]);
    expect((await compared(questions, 2, even))!.weights[0]).toBeGreaterThan(0.3);
  });

  it('is refused where one part alone is better, beyond chance, whatever the prior says', async () => {
    for (const [sure, alone] of [
      [[3, 0], [0]],
      [[0, 3], [1]],
    ] as const)
      for (const questions of [50, 1e9]) {
        const wrong = alone[0] === 0 ? [0.01, 0.99] : [0.99, 0.01];
        const prior: PartsPrior = { all: wrong, bins: new Map([['1', wrong]]), questions };
        const found = (await compared(world(6, 400, sure), 2, prior))!;
        if (questions === 1e9) expect([found.weights, found.bins.size]).toEqual([alone, 0]);
        const ofAlone = lossOn(world(6, 400, sure), () => (alone[0] === 0 ? [1, 0] : [0, 1]));
        expect(400 * (found.scores.hybrid.loss - ofAlone)).toBeLessThan(1);
      }
  });

  it('serves as the prior says unless a part alone explains what came better by more than chance', async () => {
    let [served, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 2, maxLength: 4 }),
        fc.array(fc.double({ min: 0.02, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
        async (seed, count, sure, weights) => {
          const of = sure.map((_, i) => weights[i]!);
          const all = of.map(weight => weight / of.reduce((sum, each) => sum + each, 0));
          const questions = world(seed, count, sure);
          // So sure of itself that questions change it by nothing, on either half.
          const found = (await compared(questions, sure.length, { all, bins: new Map(), questions: 1e7 }))!;
          const isServed = found.weights.every((weight, i) => Math.abs(weight - all[i + 1]!) < 1e-3);
          if (isServed) served++;
          else refused++;
          const lossAt = (question: Question, weights: readonly number[]) =>
            lossOn([question], () => weights);
          const isBetter = sure.map((_, i) => {
            const gains = questions.map(
              question =>
                lossAt(question, all) -
                lossAt(
                  question,
                  sure.map((__, j) => (i === j ? 1 : 0)),
                ),
            );
            const sum = gains.reduce((total, gain) => total + gain, 0);
            const spread = gains.reduce((total, gain) => total + (gain - sum / count) ** 2, 0);
            return sum > Math.max(sure.length - 1, 1.645 * Math.sqrt(spread)) + 1e-3;
          });
          if (isServed) expect(isBetter).not.toContain(true);
        },
      ),
      { numRuns: 150 },
    );
    expect(Math.min(served, refused)).toBeGreaterThan(5);
  });
});

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { choice, defineSpace, integer, logUniform, oneOf, uniform } from '@murmuration/simulations/space';
import { drawPoints, pointAt } from '@murmuration/simulations/spaces/dimensions';
import { gridOf } from '@murmuration/simulations/spaces/grid';
import { readSpace } from '@murmuration/simulations/spaces/space';
import { describe, expect, it } from 'vitest';

const read = (given: unknown) => readSpace(given, 'The space x');

/** Uniform numbers that have nothing to do with those of a search. */
function numbers(seed: number): () => number {
  const random = seededRandom(seed, 'space');
  return () => {
    const [a, b, c, d] = random(4) as unknown as [number, number, number, number];
    return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 2 ** 32;
  };
}

const models = oneOf({ kind: 'small' }, { kind: 'large', hidden: integer(8, 64), rate: logUniform(0.1, 10) });
const space = read(
  defineSpace({
    settings: {
      'plan.learningRate': logUniform(0.001, 1),
      'plan.batchSize': choice([5, 10, 20]),
      'strategy.momentum': uniform(0.5, 0.9),
      model: models,
    },
  }),
);

describe('a space', () => {
  it('is the same as JSON and as a module', () => {
    const json = JSON.stringify({
      settings: { a: { logUniform: [0.001, 1] }, b: { oneOf: [{ hidden: { integer: [8, 64] } }, 'none'] } },
    });
    const code = defineSpace({
      settings: { a: logUniform(0.001, 1), b: oneOf({ hidden: integer(8, 64) }, 'none') },
    });
    expect(read(JSON.parse(json))).toEqual(read(code));
  });

  it('has a dimension for each choice, those within alternatives too', () => {
    expect(space.dimensions.map(({ name }) => name)).toEqual([
      'plan.learningRate',
      'plan.batchSize',
      'strategy.momentum',
      'model',
      'model.hidden',
      'model.rate',
    ]);
  });

  it('draws from its distributions, and within an alternative only where it is chosen', () => {
    const random = numbers(1);
    const points = drawPoints(space.settings, space.dimensions, 4_000, random);
    const values = (path: string) =>
      points.map(({ settings }) => settings.find(each => each.path === path)!.value as number);
    const share = (list: readonly number[], below: number) =>
      list.filter(value => value < below).length / list.length;
    // Four standard errors of a share of 4,000 are 0.032 at most.
    const about = (of: number) => expect.toSatisfy((value: number) => Math.abs(value - of) < 0.032);
    expect(share(values('plan.learningRate'), 0.001 * 1_000 ** 0.25)).toEqual(about(0.25));
    expect(share(values('strategy.momentum'), 0.6)).toEqual(about(0.25));
    expect(share(values('plan.batchSize'), 6)).toEqual(about(1 / 3));
    const chosen = points.map(({ settings }) => settings.at(-1)!.value as Record<string, unknown>);
    const large = chosen.filter(({ kind }) => kind === 'large');
    expect(large.length / chosen.length).toEqual(about(0.5));
    expect(chosen.filter(({ kind }) => kind === 'small').every(each => !('hidden' in each))).toBe(true);
    const hidden = large.map(each => each.hidden as number);
    expect(new Set(hidden)).toEqual(new Set(Array.from({ length: 57 }, (_, i) => 8 + i)));
    for (const { at, settings } of points)
      expect(at[4] === null).toBe((settings.at(-1)!.value as { kind: string }).kind === 'small');
  });

  it('leaves out no part of a range and no choice, however few points there are', () => {
    const points = drawPoints(space.settings, space.dimensions, 6, numbers(2));
    const parts = points.map(({ at }) => Math.floor(6 * at[0]!));
    expect(parts.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(points.map(({ at }) => at[1]).toSorted()).toEqual([0, 0, 1, 1, 2, 2]);
    expect(points.map(({ at }) => at[3]).toSorted()).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('draws the same from the same numbers', () => {
    const draw = (seed: number) => drawPoints(space.settings, space.dimensions, 5, numbers(seed));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('reaches both ends of a range, and no further', () => {
    const low = pointAt(space.settings, [0, 0, 0, 1, 0, 0]).settings.map(({ value }) => value);
    const high = pointAt(space.settings, [1, 2, 1, 1, 1, 1]).settings.map(({ value }) => value);
    expect(low).toEqual([0.001, 5, 0.5, { kind: 'large', hidden: 8, rate: 0.1 }]);
    expect(high).toEqual([1, 20, 0.9, { kind: 'large', hidden: 64, rate: 10 }]);
  });

  it('makes a grid of all combinations, each once', () => {
    const points = gridOf(read({ settings: { a: logUniform(0.01, 1), b: models } }), 3);
    // 3 rates; the small model once, the large one with 3 × 3 values.
    expect(points).toHaveLength(3 * (1 + 9));
    expect([...new Set(points.map(({ settings }) => settings[0]!.value))]).toEqual([0.01, 0.1, 1]);
    expect(() =>
      gridOf(read({ settings: { a: uniform(0, 1), b: uniform(0, 1), c: uniform(0, 1) } }), 30),
    ).toThrow('27000 combinations');
  });
});

describe('a bad space is refused with what to do', () => {
  const settings = { a: uniform(0, 1) };
  // biome-ignore format: one a line
  it.each([
    ['nothing', undefined, 'an object with "settings"'],
    ['no settings', { settings: {} }, 'has no settings, so there is nothing to search; give one at least'],
    ['settings at the top', { settings, 'plan.epochs': integer(1, 2) }, 'stands beside "settings"; put it into them'],
    ['a name that there is not', { settings, trails: 9 }, 'Did you mean "trials"?'],
    ['a value for a distribution', { settings: { a: 0.1 } }, 'a: this is no distribution but 0.1; give one of uniform,'],
    ['a distribution that there is not', { settings: { a: { loguniform: [1, 2] } } }, 'Did you mean "logUniform"?'],
    ['an empty range', { settings: { a: uniform(1, 1) } }, 'uniform(1, 1) is an empty range; give a lower end below'],
    ['a range upside down', { settings: { a: integer(5, 2) } }, 'integer(5, 2) is an empty range'],
    ['a logarithm of zero', { settings: { a: logUniform(0, 1) } }, 'begins at 0, which has no logarithm; give a lower end above 0'],
    ['a logarithm of less', { settings: { a: logUniform(-1, 1) } }, 'begins at -1, which has no logarithm'],
    ['an end that is not finite', { settings: { a: uniform(0, Number.POSITIVE_INFINITY) } }, 'takes two finite numbers'],
    ['a range of one number', { settings: { a: { uniform: [1] } } }, 'takes two finite numbers'],
    ['integers that are none', { settings: { a: integer(0.5, 2) } }, 'takes whole numbers'],
    ['nothing to choose from', { settings: { a: choice([]) } }, 'nothing to choose from; give two or more'],
    ['one alternative', { settings: { a: oneOf({}) } }, 'one value only'],
    ['a bad range within an alternative', { settings: { a: oneOf({ b: { c: uniform(2, 1) } }, 1) } }, 'a.b.c: uniform(2, 1) is an empty range'],
    ['a distribution within a choice', { settings: { a: choice([{ b: uniform(0, 1) } as never, 1]) } }, 'oneOf takes alternatives'],
    ['a function', { settings: { a: oneOf((() => 1) as never, 1) } }, 'is not plain data'],
    ['no trial', { settings, trials: 0 }, '"trials" is a whole number from 1 to 1000, not 0'],
    ['a rate of one', { settings, eta: 1 }, '"eta" is a whole number from 2 to 10'],
    ['training elsewhere', { settings, training: 'local' }, 'federated or central'],
  ])('%s', (_, given, sentence) => {
    const failure = () => read(given);
    expect(failure).toThrow(MurmurationError);
    expect(failure).toThrow(sentence);
    expect(failure).toThrow('The space x: ');
  });
});

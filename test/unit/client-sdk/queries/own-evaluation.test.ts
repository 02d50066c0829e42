import { ExampleSplit } from '@murmuration/client-sdk/hybrid/held-out';
import type { Inference } from '@murmuration/client-sdk/hybrid/inference';
import {
  type EvaluationPorts,
  heldOutExamples,
  ownEvaluation,
} from '@murmuration/client-sdk/queries/own-evaluation';
import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
import type { EvaluationQuery } from '@murmuration/protocol/queries/query';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../codes.ts';
import { layout } from '../../coordinator/server/federation.ts';

/** A number, whose class is its remainder by three. */
type Example = { readonly value: number; readonly copies?: number };

const [good, bad] = ['a'.repeat(64), 'b'.repeat(64)] as [ModelHash, ModelHash];

const serving: Serving<unknown> = {
  classes: 3,
  firstClass: 0,
  input: () => [0],
  questions: example => {
    const { value, copies = 1 } = example as Example;
    return {
      input: [value],
      targets: Array.from({ length: copies }, () => ({ position: 0, class: value % 3 })),
    };
  },
};

const opened: string[] = [];
const inference: Inference = {
  async open({ hash }) {
    opened.push(hash);
    return {
      predict: async () => new Float32Array(3),
      async answer(example) {
        const { value, copies = 1 } = example as Example;
        // The good version gives what came 0.8; the bad one is sure of another class.
        const of = [0, 1, 2].map(k =>
          hash === good ? (k === value % 3 ? 0.8 : 0.1) : k === (value + 1) % 3 ? 1 : 0,
        );
        return Float32Array.from(Array.from({ length: copies }, () => of).flat());
      },
      async close() {
        opened.splice(opened.indexOf(hash), 1);
      },
    };
  },
  close: async () => {},
};

const all: Example[] = Array.from({ length: 100 }, (_, value) => ({ value }));
const ports = (examples: readonly Example[] = all): EvaluationPorts => ({
  examples: () => examples,
  serving,
  inference,
  privateLayers: { kept: async () => undefined },
  borrow: async hash => ({ hash, topology: {}, layout, weights: new Float32Array(layout.count) }),
});
const define = (definition: object = {}) =>
  ({
    ...defineQuery({ name: 'evaluation', kind: 'evaluation', ...definition } as QueryDefinition),
    versions: [good, bad],
  }) as EvaluationQuery;
const { signal } = new AbortController();

describe('what a device measures by itself', () => {
  it('QY13: is on its held-out examples, which no round of it trains on, the newest of them', async () => {
    const split = new ExampleSplit(serving);
    for (const example of all) split.add(example);
    const heldOut = await heldOutExamples(ports(), 200);
    expect(heldOut).toEqual(split.heldOut);
    expect(heldOut.length).toBeGreaterThan(10);
    for (const example of heldOut) expect(split.training).not.toContain(example);
    expect(await heldOutExamples(ports(), 5)).toEqual(split.heldOut.slice(-5));
    // Nothing that asks nothing.
    expect(await heldOutExamples(ports(all.map(each => ({ ...each, copies: 0 }))), 200)).toEqual([]);
  });

  it('is the loss in nats and how often what came is among the likeliest, by version and slice', async () => {
    const heldOut = [{ value: 3 }, { value: 4, copies: 2 }, { value: 5 }];
    const answer = await ownEvaluation(
      define({ slices: ['odd', 'huge'] }),
      async () => heldOut,
      ports(),
      signal,
      example => ((example as Example).value % 2 === 1 ? 'odd' : 'even'),
    );
    const loss = -Math.log(Math.fround(0.8));
    expect(answer.all.examples).toBe(3);
    expect(answer.all.versions[good]).toEqual({ loss: expect.closeTo(loss, 6), top1: 1, top3: 1 });
    // What is as good as impossible counts as one in a million; ties are broken by the number of the class.
    expect(answer.all.versions[bad]).toMatchObject({
      loss: expect.closeTo(Math.log(1e6), 6),
      top1: 0,
      top3: 1,
    });
    expect(answer.slices).toMatchObject({ odd: { examples: 2 } });
    expect(Object.keys(answer.slices!)).toEqual(['odd']);
    expect(opened).toEqual([]);
  });

  it('UP12: has all versions before it measures one, so that no request tells how long that takes', async () => {
    const heard: string[] = [];
    const { borrow, ...others } = ports();
    const told: EvaluationPorts = {
      ...others,
      borrow: (version, ended) => {
        heard.push('borrow');
        return borrow(version, ended);
      },
      inference: {
        ...inference,
        open: files => {
          heard.push('open');
          return inference.open(files);
        },
      },
    };
    await ownEvaluation(
      define(),
      async () => [{ value: 1 }],
      told,
      signal,
      undefined,
      () => heard.push('began'),
    );
    expect(heard).toEqual(['borrow', 'borrow', 'began', 'open', 'open']);
  });

  it('is cut to the bounds of the query', async () => {
    const metrics = [{ metric: 'loss', least: 1, most: 2, better: 'lower' }];
    const { all } = await ownEvaluation(define({ metrics }), async () => [{ value: 1 }], ports(), signal);
    expect([all.versions[good], all.versions[bad]]).toEqual([{ loss: 1 }, { loss: 2 }]);
  });

  it('QY13: is as bad as can be where a version gives no number, and there alone', async () => {
    const open = inference.open;
    const without: Inference = {
      ...inference,
      open: async files => {
        const model = await open(files);
        const answer = async (example: unknown) => {
          const given = await model.answer(example);
          return (example as Example).value === 1 ? given.fill(Number.NaN) : given;
        };
        return { ...model, answer };
      },
    };
    const examples = [{ value: 1 }, { value: 2 }];
    const { all } = await ownEvaluation(
      define(),
      async () => examples,
      { ...ports(), inference: without },
      signal,
    );
    const loss = (Math.log(1e6) - Math.log(0.8)) / 2;
    expect(all.versions[good]).toEqual({ loss: expect.closeTo(loss, 6), top1: 0.5, top3: 0.5 });
  });

  it('is refused of a metric that it knows nothing of, and ends where the round does', async () => {
    const metrics = [{ metric: 'bleu', least: 0, most: 1, better: 'higher' }];
    expect(
      await codeOfPromise(ownEvaluation(define({ metrics }), async () => [{ value: 1 }], ports(), signal)),
    ).toBe('options.invalid');
    const stop = new AbortController();
    const ending = ownEvaluation(
      define(),
      async () => [{ value: 1 }],
      {
        ...ports(),
        borrow(...args) {
          stop.abort(new Error('over'));
          return ports().borrow(...args);
        },
      },
      stop.signal,
    );
    await expect(ending).rejects.toThrow('over');
    expect(opened).toEqual([]);
  });
});

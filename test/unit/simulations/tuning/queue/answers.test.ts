import { concatBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import {
  decodeAnswer,
  encodeAnswer,
  encodeFailure,
  UnreadableAnswer,
} from '@murmuration/tuning/queue/answers';
import { nameOf, numberOf, readJob } from '@murmuration/tuning/queue/jobs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const count = 5;
/** As it lies in a Redis. */
const joined = (parts: readonly Uint8Array[]) => concatBytes(...parts);
const model = { layout: { count } } as unknown as ModelFiles;
const training = { kind: 'train', client: 1, model, settings: {} as never } as const;
const measuring = { kind: 'measure', model, from: 0, to: 1 } as const;
/** The same bytes at another place in memory. */
const shifted = (bytes: Uint8Array, by: number) => concatBytes(new Uint8Array(by), bytes).subarray(by);
const vector = fc
  .array(fc.float(), { minLength: count, maxLength: count })
  .map(each => Float32Array.from(each));

describe('an answer of a worker', () => {
  it('keeps vectors and figures bit for bit, NaN and infinity included', () => {
    fc.assert(
      fc.property(
        vector,
        fc.option(vector),
        fc.dictionary(fc.string(), fc.double()),
        fc.nat(9),
        (delta, gradient, metrics, shift) => {
          fc.pre(!Object.hasOwn(metrics, '__proto__'));
          const result = {
            delta,
            examples: 3,
            metrics: { ...metrics },
            path: { engine: 'fused', reason: 'why' },
            ...(gradient && { gradient }),
          } as const;
          const { by, outcome } = decodeAnswer(
            shifted(joined(encodeAnswer(result, 'host:1')), shift),
            training,
          );
          expect(by).toBe('host:1');
          expect(outcome).toEqual(result);
        },
      ),
    );
  });

  it('takes the memory of its vectors along, and gives them memory of their own when it is read', () => {
    const delta = Float32Array.from({ length: count }, (_, i) => i);
    const parts = encodeAnswer({ delta, gradient: delta.slice(), examples: 1, metrics: {} }, 'a');
    expect(parts[1]!.buffer).toBe(delta.buffer);
    const { outcome } = decodeAnswer(joined(parts), training);
    for (const vector of ['delta', 'gradient'] as const) {
      const { buffer, byteLength } = (outcome as Record<typeof vector, Float32Array>)[vector];
      expect(buffer.byteLength).toBe(byteLength);
    }
  });

  it('keeps what was measured, and why a job failed', () => {
    const measured = { weight: 3, metrics: { loss: Number.NaN } };
    expect(decodeAnswer(joined(encodeAnswer(measured, 'a')), measuring).outcome).toEqual(measured);
    const { outcome } = decodeAnswer(
      joined(encodeFailure(new MurmurationError('training.no-examples'), 'a')),
      measuring,
    );
    expect(outcome).toMatchObject({ code: 'training.no-examples' });
  });

  it('is refused where it is none, or none to this job', () => {
    const whole = joined(encodeAnswer({ delta: new Float32Array(count), examples: 1, metrics: {} }, 'a'));
    for (const bytes of [
      new Uint8Array(),
      new Uint8Array([255, 255, 255, 255]),
      whole.subarray(0, whole.length - 1),
      new Uint8Array([...whole, 0]),
      joined(encodeAnswer({ delta: new Float32Array(count + 1), examples: 1, metrics: {} }, 'a')),
      joined(encodeAnswer({ weight: 1, metrics: {} }, 'a')),
    ])
      expect(() => decodeAnswer(bytes, training)).toThrow(UnreadableAnswer);
    expect(() => decodeAnswer(whole, measuring)).toThrow(UnreadableAnswer);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(() => decodeAnswer(bytes, training)).toThrow(UnreadableAnswer);
      }),
    );
  });
});

describe('a job of the queue', () => {
  const hash = 'ab'.repeat(32);
  const settings = {
    epochs: 1,
    batchSize: 10,
    learningRate: 0.1,
    proximal: 0,
    gradientClip: null,
    maxExamples: 10,
    seed: 1,
  };
  const job = { kind: 'train', model: hash, client: 1, settings, correction: null };

  it('is read', () => {
    expect(readJob(job)).toEqual(job);
  });

  it.each([
    ['another kind', { ...job, kind: 'forget' }],
    ['a model that is no hash', { ...job, model: '../x' }],
    ['settings that no plan has', { ...job, settings: { ...settings, epochs: 1_000 } }],
    ['more than belongs to it', { ...job, module: 'file:///etc/passwd' }],
    ['nothing', null],
  ])('with %s is refused', (_, each) => {
    expect(() => readJob(each)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  });

  it('has a name that tells its number and its attempt', () => {
    expect(numberOf(nameOf(12, 3))).toEqual({ number: 12, attempt: 3 });
    for (const name of ['', '12', 'job-1', 'job--1-0', 'job-1-0x']) expect(numberOf(name)).toBeUndefined();
  });
});

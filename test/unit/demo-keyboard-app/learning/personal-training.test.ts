import { PersonalTraining } from '@murmuration/demo-keyboard-app/src/learning/personal-training';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { beforeEach, expect, it } from 'vitest';

let ends: { done(): void; fail(error: unknown): void }[];
let failures: unknown[];
let training: PersonalTraining;

beforeEach(() => {
  ends = [];
  failures = [];
  const learn = (signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      ends.push({ done: resolve, fail: reject });
      signal?.addEventListener('abort', () => reject(new MurmurationError('training.stopped')));
    });
  training = new PersonalTraining({ learn }, 3, error => failures.push(error));
});

const settle = async () => {
  for (let i = 0; i < 8; i++) await Promise.resolve();
};

it('begin after every so many sentences', () => {
  for (let i = 0; i < 2; i++) training.written();
  expect(ends).toHaveLength(0);
  training.written();
  expect(ends).toHaveLength(1);
});

it('come one at a time, and what was wanted meanwhile is one', async () => {
  training.want();
  training.want();
  training.want();
  expect(ends).toHaveLength(1);
  ends[0]!.done();
  await settle();
  expect(ends).toHaveLength(2);
  ends[1]!.done();
  await settle();
  expect(ends).toHaveLength(2);
});

it('go on after one that failed, which is told', async () => {
  const error = new MurmurationError('training.failed');
  training.want();
  ends[0]!.fail(error);
  await settle();
  expect(failures).toEqual([error]);
  training.want();
  expect(ends).toHaveLength(2);
});

it('end when they are stopped, and that is no failure', async () => {
  training.written();
  training.written();
  training.want();
  training.want();
  training.stop();
  await settle();
  expect(failures).toEqual([]);
  expect(ends).toHaveLength(1);
  training.written();
  expect(ends).toHaveLength(1);
});

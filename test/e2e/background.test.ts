import type { ClientOptions, Inference, TaskOptions } from '@murmuration/client-sdk/core';
import { asyncStorage, type BackgroundResult, FederatedClient } from '@murmuration/client-sdk/react-native';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterEach, expect, it } from 'vitest';
import { asyncStorageOver, Disk } from '../react-native/stores.ts';
import { installXmlHttpRequest } from '../react-native/xml-http-request.ts';
import { enrolmentToken, lineOptions, lineTask } from './line.ts';
import { markingOptions, markingTask } from './marking-line.ts';

installXmlHttpRequest();

const coordinators: Coordinator[] = [];
afterEach(() => Promise.all(coordinators.splice(0).map(each => each.stop())));

/** Runs no model: what counts is which one it is given. */
function inference(opened: string[]): Inference {
  return {
    async open({ hash }) {
      opened.push(hash);
      const values = async () => Float32Array.of(1);
      return { predict: values, answer: values, close: async () => {} };
    },
    close: async () => {},
  };
}

let phones = 0;

function phone(url: string, options: Partial<ClientOptions>): FederatedClient {
  phones += 1;
  const storage = asyncStorage(asyncStorageOver(new Disk()), `phone ${phones}`);
  return new FederatedClient({ ...lineOptions(url, phones), ...options, storage }, { os: 'android' });
}

it('a phone that is woken does what fits its wake: it serves in a slice, trains in a processing task, and is no part of a masked round that outlasts it', async () => {
  const hours = {
    gathering: '1 h',
    messages: '1 h',
    updates: '1 h',
  };
  const once = { deadlines: hours, schedule: { every: '12 h' } };
  const open = async () => {
    const coordinator = await createCoordinator(
      parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent' }),
      [
        lineTask({ ...once, cohort: { goal: 1, minimum: 1, overSelection: 1 } } as never),
        lineTask({ ...markingTask, ...once, name: 'marking' } as never),
      ],
      { clock: systemClock, random: systemRandom },
    );
    coordinators.push(coordinator);
    await coordinator.start();
    return coordinator.url;
  };
  // What one phone learns makes a version, which no other is to be given in its place.
  const [url, learners] = [await open(), await open()];
  const opened: string[] = [];
  const line = lineOptions(url, 0).tasks.line as TaskOptions;
  const serving = {
    classes: 1,
    firstClass: 0,
    input: () => [0],
    questions: () => ({ input: [0], targets: [] }),
  };
  const reader = phone(url, {
    tasks: { line: { ...line, hybrid: { serving, inference: inference(opened) } } },
  });
  const { line: marking } = markingOptions(url, 0, undefined).tasks;
  const short = phone(url, { tasks: { marking: marking! } });
  const learner = phone(learners, {});
  const silent = phone(url, { consent: 'asked' });
  // Longer than any machine takes: what ends it is that nothing is left to do.
  const slice = { deadlineMs: 600_000 };
  const [read, again, masked, off, learned] = await Promise.all([
    reader.runInBackground(slice),
    // One wake at a time: whoever asks again hears of the same.
    reader.runInBackground(slice),
    short.runInBackground({ deadlineMs: 240_000, processing: true }),
    silent.runInBackground(slice),
    learner.runInBackground({ deadlineMs: 600_000, processing: true }),
  ]);
  expect(again).toBe(read);
  expect(read).toEqual({
    ended: 'done',
    modelBytes: expect.any(Number),
    contributions: 0,
    reasons: { line: 'the device may not train in this wake' },
  } satisfies BackgroundResult);
  expect(read.modelBytes).toBeGreaterThan(0);
  const { models } = await (await fetch(`${url}/v1/tasks/line/models`)).json();
  expect(opened).toEqual([models[0].model]);
  expect(masked).toMatchObject({ ended: 'done', contributions: 0 });
  expect(masked.reasons).toEqual({
    marking: expect.stringMatching(/^a masked round may last 18000 s; the device stays awake for \d+0 s$/),
  });
  expect(off).toEqual({
    ended: 'off',
    modelBytes: 0,
    contributions: 0,
    reasons: { line: 'nobody has agreed to take part; setConsent(true) says that somebody has' },
  });
  expect(learned).toMatchObject({ ended: 'done', contributions: 1 });
  for (const client of [reader, short, learner, silent]) expect(client.state).toEqual({ state: 'off' });
});

import { WebViewHost } from '@murmuration/client-sdk/web-view/host';
import { hostInference, hostTrainer } from '@murmuration/client-sdk/web-view/trainer';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { address, PageDouble } from './page-double.ts';

const model = {
  hash: 'a',
  topology: {},
  layout: { count: 2 },
  weights: Float32Array.of(1, 2),
} as unknown as ModelFiles;
const settings = { learningRate: 1 } as never;
const result = { delta: Float32Array.of(3, 4), examples: 2, metrics: { loss: 1 } };

class World {
  readonly clock = new VirtualClock();
  readonly host = new WebViewHost({ clock: this.clock, random: seededRandom(1), address });
  readonly trainer = hostTrainer(this.host);
  readonly told: number[] = [];
  readonly outcomes: string[] = [];

  /** Trains; what becomes of it is in `outcomes`, as often as it is told. */
  train(signal = new AbortController().signal): Promise<void> {
    return this.trainer
      .train(model, settings, ['x'], signal, done => void this.told.push(done))
      .then(
        ({ delta }) => void this.outcomes.push([...delta].join()),
        ({ code, detail }) => void this.outcomes.push(`${code}: ${detail}`),
      );
  }

  settle(): Promise<void> {
    return this.clock.advance(0);
  }

  /** The page that is wanted now, ready. */
  async page(): Promise<PageDouble> {
    const page = new PageDouble(this.host).ready();
    await this.settle();
    return page;
  }

  async seconds(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.clock.advance(1_000);
  }
}

function world(): World {
  const made = new World();
  made.host.shown(true);
  return made;
}

const train = (id: number) => ({ do: 'train', id, model, settings, examples: ['x'] });

it('shows a page once it is needed, hands a training over, and tells how far it is, and its result, once', async () => {
  const { host, ...rest } = world();
  expect(host.page()).toBeUndefined();
  const it = Object.assign(rest, { host });
  const { told, outcomes } = it;
  const run = hostTrainer(host)
    .train(model, settings, ['x'], new AbortController().signal, done => void told.push(done))
    .then(({ delta, path }) => void outcomes.push([...delta].join(), path!.reason));
  expect(host.page()).toBe(1);
  const page = new PageDouble(host).ready();
  await it.clock.advance(0);
  expect(page.asked).toEqual([train(0)]);
  for (const progress of [0.5, 0.25, 7]) page.answer({ id: 0, progress });
  page.answer({ id: 0, value: { ...result, path: { engine: 'fused', reason: 'the kernels know it' } } });
  await run;
  expect(told).toEqual([0.5, 1]);
  expect(outcomes).toEqual(['3,4', 'the kernels know it; in a hidden web view']);
});

it('begins a training again on another page once its own has gone, and gives one result', async () => {
  const it = world();
  const run = it.train();
  const first = await it.page();
  first.answer({ id: 0, progress: 0.9 });
  await it.settle();
  first.die();
  it.host.gone(first.page, 'the system has ended its process');
  // What was on its way from it comes to nothing.
  first.say(first.posted.at(-1));
  expect(it.host.page()).toBe(2);
  const second = await it.page();
  expect(second.asked).toEqual([train(0)]);
  for (const progress of [0.5, 0.95]) second.answer({ id: 0, progress });
  second.answer({ id: 0, value: result });
  await run;
  expect([it.told, it.outcomes]).toEqual([[0.9, 0.95], ['3,4']]);
});

it('gives a training up that four pages were lost with', async () => {
  const it = world();
  const run = it.train();
  for (let i = 1; i <= 4; i++) {
    const page = await it.page();
    expect(page.page).toBe(i);
    it.host.gone(page.page, 'the system has ended its process');
  }
  await run;
  expect(it.outcomes).toEqual([
    'training.no-answer: The web view has gone: the system has ended its process.',
  ]);
  expect(it.host.page()).toBeUndefined();
});

it('says within 10 s that a page does not start, or that none is shown', async () => {
  const it = world();
  const run = it.train();
  await it.seconds(9);
  expect(it.outcomes).toEqual([]);
  await it.seconds(1);
  await run;
  it.host.shown(false);
  const again = it.train();
  await it.seconds(10);
  await again;
  expect(it.outcomes).toEqual([
    'training.no-answer: The page of the web view has not started within 10 s; its script has to call serveWebView.',
    'training.no-answer: No <MurmurationWebView/> of this trainer is shown.',
  ]);
});

it('says why the script of a page fails', async () => {
  const it = world();
  const run = it.train();
  new PageDouble(it.host).say('murmuration/1 failed ReferenceError: words is not defined');
  await it.settle();
  await run;
  expect(it.outcomes).toEqual([
    'training.failed: The script of the web view failed: ReferenceError: words is not defined',
  ]);
});

it('asks a silent page for a word, and takes another one where it has none; a clock that jumps ends nothing', async () => {
  const it = world();
  const run = it.train();
  const first = await it.page();
  it.clock.jump(it.clock.now());
  // The phone slept.
  await it.clock.advance(1_000);
  await it.seconds(4);
  expect(first.asked.at(-1)).toEqual({ do: 'ping' });
  first.answer({ pong: true });
  await it.seconds(14);
  expect(it.host.page()).toBe(1);
  first.die();
  await it.seconds(1);
  expect(it.host.page()).toBe(2);
  (await it.page()).answer({ id: 0, value: result });
  await run;
  expect(it.outcomes).toEqual(['3,4']);
});

it('lets a page that answers twice go: the first answer stands, and what else it owes is begun again', async () => {
  const it = world();
  const [one, other] = [it.train(), it.train()];
  const page = await it.page();
  page.answer({ id: 0, value: result });
  page.answer({ id: 0, value: { ...result, delta: Float32Array.of(9, 9) } });
  await one;
  await it.settle();
  expect(it.host.page()).toBe(2);
  const next = await it.page();
  expect(next.asked).toEqual([train(1)]);
  next.answer({ id: 1, value: result });
  await other;
  expect(it.outcomes).toEqual(['3,4', '3,4']);
});

it('takes nothing from a page of another origin, and shows its own again', async () => {
  const it = world();
  const run = it.train();
  const page = await it.page();
  page.say(`${page.posted.at(-1)}`, 'https://attacker.example/');
  await it.settle();
  expect(it.host.page()).toBe(2);
  const next = await it.page();
  for (const text of ['{"delta":[9,9]}', 'murmuration/1 00 chunk 0 0 0 1 0 AAAA', 7, undefined])
    next.say(text);
  // As Android tells it.
  next.say('hello', 'about:blank');
  next.say('hello', address.slice(0, -1));
  next.answer({ id: 0, value: result });
  await run;
  expect([it.outcomes, it.host.page()]).toEqual([['3,4'], 2]);
});

it('names a result that is none', async () => {
  const it = world();
  const run = it.train();
  (await it.page()).answer({ id: 0, value: { delta: [1, 2] } });
  await run;
  expect(it.outcomes).toEqual([expect.stringMatching(/^training\.bridge: .* no result of one/)]);
});

it('lets pages go that say what no page says, and names that', async () => {
  const it = world();
  const run = it.train();
  for (let i = 0; i < 4; i++) {
    (await it.page()).answer({ hello: 1 } as never);
    await it.settle();
  }
  await run;
  expect(it.outcomes).toEqual([expect.stringMatching(/^training\.bridge: .* a message is none of the page/)]);
});

it('hands errors of the page over, with codes that it knows', async () => {
  const it = world();
  const [one, other] = [it.train(), it.train()];
  const page = await it.page();
  page.answer({ id: 0, error: { code: 'training.no-memory', detail: 'none' } });
  page.answer({ id: 1, error: { code: '__proto__', detail: 'odd' } });
  await Promise.all([one, other]);
  expect(it.outcomes).toEqual(['training.no-memory: none', 'training.failed: odd']);
});

it('stops a training once the page says so, or at once where it has none or loses it', async () => {
  const it = world();
  const stops = [0, 1, 2, 3].map(() => new AbortController());
  const runs = [it.train(stops[0]!.signal)];
  stops[0]!.abort();
  runs.push(it.train(stops[1]!.signal));
  const page = await it.page();
  stops[1]!.abort();
  await it.settle();
  expect(page.asked).toEqual([train(1), { do: 'stop', id: 1 }]);
  expect(it.outcomes).toHaveLength(1);
  page.answer({ id: 1, error: { code: 'training.stopped', detail: 'stopped' } });
  runs.push(it.train(stops[2]!.signal));
  await it.settle();
  stops[2]!.abort();
  it.host.gone(page.page, 'killed');
  stops[3]!.abort();
  runs.push(it.train(stops[3]!.signal));
  await Promise.all(runs);
  expect(it.outcomes.map(outcome => outcome.split(':')[0])).toEqual(new Array(4).fill('training.stopped'));
});

it('stops what waits when it is closed, and begins again with what comes next', async () => {
  const it = world();
  const run = it.train();
  await it.page();
  await it.trainer.close();
  await run;
  expect(it.host.page()).toBeUndefined();
  const next = it.train();
  (await it.page()).answer({ id: 1, value: result });
  await next;
  expect(it.outcomes).toEqual(['training.stopped: Training was stopped before it finished.', '3,4']);
});

it('lets the page go a minute after the last training', async () => {
  const it = world();
  const run = it.train();
  (await it.page()).answer({ id: 0, value: result });
  await run;
  await it.clock.advance(59_000);
  expect(it.host.page()).toBe(1);
  await it.clock.advance(2_000);
  expect(it.host.page()).toBeUndefined();
  expect(it.clock.pending).toBe(0);
});

it('opens models again on a page that was started again, and answers what was asked of them', async () => {
  const it = world();
  const inference = hostInference(it.host);
  const opening = inference.open(model);
  const first = await it.page();
  expect(first.asked).toEqual([{ do: 'open', id: 0, opened: 0, model }]);
  first.answer({ id: 0, value: null });
  const opened = await opening;
  const prediction = opened.predict('the cat');
  await it.settle();
  expect(first.asked.at(-1)).toEqual({ do: 'predict', id: 1, opened: 0, input: 'the cat' });
  it.host.gone(first.page, 'killed');
  const second = await it.page();
  expect(second.asked).toEqual([
    { do: 'open', id: 2, opened: 0, model },
    { do: 'predict', id: 1, opened: 0, input: 'the cat' },
  ]);
  second.answer({ id: 2, value: null });
  second.answer({ id: 1, value: Float32Array.of(0.5, 0.5) });
  expect(await prediction).toEqual(Float32Array.of(0.5, 0.5));
  await it.clock.advance(120_000);
  expect(it.host.page()).toBe(2);
  const closing = inference.close();
  await it.settle();
  second.answer({ id: 3, value: null });
  await closing;
  await it.clock.advance(61_000);
  expect(it.host.page()).toBeUndefined();
});

it('says of examples that are no plain data where they are', async () => {
  const it = world();
  const run = it.trainer.train(
    model,
    settings,
    [{ at: new Date(0) }],
    new AbortController().signal,
    () => {},
  );
  const failed = expect(run).rejects.toThrow('the message.examples[0].at is an instance of a class');
  await it.page();
  await failed;
});

import {
  FederatedClient,
  indexedDbStorage,
  workerInference,
  workerTrainer,
} from '@murmuration/client-sdk/browser';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { decodeModel } from '@murmuration/protocol/weights/model-files';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';
import { fourParts } from '../../predict/four-parts.ts';
import { messagesOf, settings, words } from '../messages.ts';

/** What the benchmark has put beside the page. */
interface Setup {
  readonly enrolment: string;
  readonly model: string;
}

const setup: Setup = await (await fetch('setup.json')).json();
const spawn = () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const never = new AbortController().signal;

async function download() {
  const url = new URL(`/v1/models/${setup.model}/model.json`, location.href);
  const bytesOf = async (from: URL) => new Uint8Array(await (await fetch(from)).arrayBuffer());
  const json = await bytesOf(url);
  const manifest = parseJson(json) as { weightsManifest: [{ paths: [string] }] };
  const weights = await bytesOf(new URL(manifest.weightsManifest[0].paths[0], url));
  return decodeModel(setup.model as Parameters<typeof decodeModel>[0], json, weights);
}

const model = await download();
const examples = messagesOf(0);
const trainer = workerTrainer(spawn);
const inference = workerInference(spawn);

/** Milliseconds of each step of a training but the first, which waits for the worker's memory. */
async function train(): Promise<number[]> {
  const times: number[] = [];
  let last = 0;
  await trainer.train(model, settings, examples, never, () => {
    const now = performance.now();
    if (last > 0) times.push(now - last);
    last = now;
  });
  return times;
}

/**
 * Milliseconds from a text to the probabilities of the next word, one after the other while training runs, as a person types: of the model,
 * and of all four parts of a hybrid one.
 */
async function predictWhileTraining(count: number): Promise<{ model: number[]; fourParts: number[] }> {
  const opened = await inference.open(model);
  const hybrid = await fourParts(inference, model, words);
  const typed = examples.join(' ').split(' ');
  const textAt = (i: number) => typed.slice(i, i + 6).join(' ');
  for (let i = 0; i < 20; i++) {
    await opened.predict(textAt(i));
    await hybrid.mixed(textAt(i));
  }
  let isTraining = true;
  const training = (async () => {
    while (isTraining) await train();
  })();
  const timesOf = async (predict: (text: string) => Promise<unknown>) => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await predict(textAt(i));
      times.push(performance.now() - start);
    }
    return times;
  };
  const times = {
    model: await timesOf(text => opened.predict(text)),
    fourParts: await timesOf(hybrid.mixed),
  };
  isTraining = false;
  await training;
  await opened.close();
  return times;
}

/** Takes part in one round; longest tasks of this thread in it that the browser calls long (50 ms and more), ms. */
async function takePart(): Promise<number[]> {
  const long: number[] = [];
  const observer = new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) long.push(duration);
  });
  observer.observe({ type: 'longtask' });
  const client = new FederatedClient({
    url: location.origin,
    tasks: { keyboard: { examples: () => examples, trainer } },
    storage: indexedDbStorage('bench'),
    enrolment: setup.enrolment,
    consent: 'not-needed',
    floors: simulatedFloors,
  });
  const counted = new Promise<void>((resolve, reject) => {
    client.on('round', ({ phase }) => phase === 'counted' && resolve());
    client.on('error', reject);
  });
  await client.start();
  await counted;
  await client.stop();
  observer.disconnect();
  return long;
}

Object.assign(globalThis, {
  bench: { train, predictWhileTraining, takePart },
});
(globalThis as unknown as { ready(): void }).ready();

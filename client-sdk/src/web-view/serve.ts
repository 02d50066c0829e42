import type { Objective } from '@murmuration/engine/objective/objective';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Inference, OpenModel } from '../hybrid/inference.ts';
import type { Trainer } from '../training/trainer.ts';
import { asError } from '../training/training-errors.ts';
import { comlinkTrainer } from '../worker/comlink-trainer.ts';
import { serveTraining, type WorkerOptions } from '../worker/serve-training.ts';
import { workerInference } from '../worker/worker-inference.ts';
import { Link, linkPrefix } from './link.ts';
import type { FromPage, ToPage } from './messages.ts';
import { scriptId } from './page.ts';

/**
 * Options of a worker; a page that can't load files has neither the .wasm files of TensorFlow.js nor threads.
 */
export type WebViewOptions = Omit<WorkerOptions, 'wasmPath' | 'threads'>;

/** Object that React Native adds to the page of a web view. */
interface Bridge {
  postMessage(text: string): void;
}

/**
 * Learns `objective` for the app that has this page as its `webViewTrainer`, and runs its models;
 * called by the script of a `webViewPage`. Workers of the page do both, with the same script.
 * Throws `options.invalid` elsewhere.
 */
export function serveWebView<Example>(
  objective: Objective<Example> | Promise<Objective<Example>>,
  options: WebViewOptions = {},
): void {
  if (typeof document === 'undefined') serveTraining(objective, { backends: [], ...options, wasmPath: '' });
  else servePage(document);
}

/** Runs in the page: starts two workers with its script, and connects them to the bridge. */
function servePage(document: Document): void {
  const { ReactNativeWebView: bridge } = globalThis as { ReactNativeWebView?: Bridge };
  const script = document.getElementById(scriptId)?.textContent;
  if (!bridge || !script)
    throw new MurmurationError(
      'options.invalid',
      'serveWebView is for the script of a webViewPage in a web view.',
    );
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const spawn = () => new Worker(address);
  const service = pageService(comlinkTrainer(spawn, systemClock), workerInference(spawn));
  let link: Link | undefined;
  const hear = ({ data, source, origin }: MessageEvent) => {
    // Messages of the app have no origin; those of other windows do.
    if (source !== null || origin !== '' || typeof data !== 'string') return;
    if (link) return void link.hear(data);
    const hello = `${linkPrefix} hello `;
    if (!data.startsWith(hello)) return;
    const begun = new Link(data.slice(hello.length), {
      post: text => bridge.postMessage(text),
      deliver: message => service(message as ToPage, answer => begun.send(answer)),
      // The app starts another page when this one is silent.
      broken() {},
    });
    link = begun;
  };
  // iOS sends messages to the window, Android to the document.
  globalThis.addEventListener('message', hear);
  document.addEventListener('message', hear as EventListener);
  bridge.postMessage(`${linkPrefix} ready`);
}

type Answer = (message: FromPage) => void;

/** Returns a function that handles the app's requests, with one answer each. */
function pageService(trainer: Trainer, inference: Inference): (message: ToPage, answer: Answer) => void {
  const trainings = new Map<number, AbortController>();
  const opened = new Map<number, Promise<OpenModel>>();
  const perform = async (
    asked: Exclude<ToPage, { do: 'stop' | 'ping' }>,
    answer: Answer,
  ): Promise<unknown> => {
    if (asked.do === 'train') {
      const { id, model, settings, examples } = asked;
      const stop = new AbortController();
      trainings.set(id, stop);
      const progress = (done: number) => answer({ id, progress: done });
      try {
        return await trainer.train(model, settings, examples, stop.signal, progress);
      } finally {
        trainings.delete(id);
      }
    }
    if (asked.do === 'open') {
      const opening = inference.open(asked.model);
      opened.set(asked.opened, opening);
      await opening;
      return null;
    }
    const model = await opened.get(asked.opened);
    if (!model) throw new MurmurationError('request.not-found');
    if (asked.do !== 'close') return model[asked.do](asked.input);
    opened.delete(asked.opened);
    await model.close();
    return null;
  };
  return (message, answer) => {
    if (message.do === 'ping') return answer({ pong: true });
    if (message.do === 'stop') return trainings.get(message.id)?.abort();
    const { id } = message;
    perform(message, answer).then(
      value => answer({ id, value }),
      cause => {
        const { code, detail } = asError(cause);
        answer({ id, error: { code, detail } });
      },
    );
  };
}

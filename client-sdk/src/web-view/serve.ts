import type { Objective } from '@murmuration/engine/objective/objective';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Inference, OpenModel } from '../hybrid/inference.ts';
import type { Trainer } from '../training/trainer.ts';
import { asError } from '../training/training-errors.ts';
import { comlinkTrainer } from '../worker/comlink-trainer.ts';
import { serveTraining, type WorkerOptions } from '../worker/serve-training.ts';
import { workerInference } from '../worker/worker-inference.ts';
import { Link, prefix } from './link.ts';
import type { FromPage, ToPage } from './messages.ts';
import { scriptId } from './page.ts';

/** As of a worker; a page that may load nothing has neither the .wasm files of TensorFlow.js nor threads. */
export type WebViewOptions = Omit<WorkerOptions, 'wasmPath' | 'threads'>;

/** What React Native puts into the page of a web view. */
interface Bridge {
  postMessage(text: string): void;
}

/**
 * What the script of a `webViewPage` calls: learns `objective` for the app that has the page as its `webViewTrainer`, and puts models to use for it.
 * Both are done in workers of the page, by the same script, which runs in each of them. Throws `options.invalid` elsewhere.
 */
export function serveWebView<Example>(
  objective: Objective<Example> | Promise<Objective<Example>>,
  options: WebViewOptions = {},
): void {
  if (typeof document === 'undefined') serveTraining(objective, { backends: [], ...options, wasmPath: '' });
  else servePage(document);
}

/** The page's own part: two workers by its script, and the bridge. */
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
    // The app's come from nowhere; those of other windows name theirs.
    if (source !== null || origin !== '' || typeof data !== 'string') return;
    if (link) return void link.hear(data);
    const hello = `${prefix} hello `;
    if (!data.startsWith(hello)) return;
    const begun = new Link(data.slice(hello.length), {
      post: text => bridge.postMessage(text),
      deliver: message => service(message as ToPage, answer => begun.send(answer)),
      // The app starts another page once this one says nothing more.
      broken() {},
    });
    link = begun;
  };
  // iOS tells the window, Android the document.
  globalThis.addEventListener('message', hear);
  document.addEventListener('message', hear as EventListener);
  bridge.postMessage(`${prefix} ready`);
}

type Answer = (message: FromPage) => void;

/** Does what the app asks, each request once, and answers it once. */
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

import { Worker } from 'node:worker_threads';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { LoadedModel, Runtime } from './runtime.ts';
import type { ThreadReply, ThreadRequest } from './thread.ts';

/** A request without its number. */
type Question = ThreadRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, 'number'>
    : never
  : never;

interface Asked {
  readonly resolve: (reply: ThreadReply) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The layers models of `layersRuntime` in a thread of their own, which leaves this one to others. The thread starts with the first model; one
 * that dies takes its models with it, and those that ask for them hear `inference.unavailable`.
 */
export function threadRuntime(): Runtime {
  let thread: Thread | undefined;
  let models = 0;
  return {
    name: 'tfjs-layers, in a thread',
    loads: ({ platform }) => platform === 'tensorflowjs_layersmodel',
    async load(content): Promise<LoadedModel> {
      if (!thread?.isAlive) thread = new Thread();
      const own = thread;
      const model = models++;
      // What releases it stays here.
      const { release: _, ...sent } = content;
      const reply = await own.ask({ kind: 'load', model, content: sent });
      if (!('described' in reply)) throw new Error('The thread did not describe the model.');
      return {
        ...reply.described,
        async run(inputs, options) {
          const answer = await own.ask({ kind: 'run', model, inputs, options });
          if (!('outputs' in answer)) throw new Error('The thread gave no outputs.');
          return answer.outputs;
        },
        async close() {
          if (own.isAlive) await own.ask({ kind: 'close', model }).catch(() => {});
        },
      };
    },
    close: async () => thread?.end(),
  };
}

class Thread {
  readonly #worker = new Worker(new URL('./thread.ts', import.meta.url));
  readonly #asked = new Map<number, Asked>();
  #number = 0;
  isAlive = true;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (reply: ThreadReply) => {
      const asked = this.#asked.get(reply.number);
      this.#asked.delete(reply.number);
      if (this.#asked.size === 0) this.#worker.unref();
      if ('code' in reply)
        asked?.reject(
          reply.code
            ? new MurmurationError(reply.code, reply.detail)
            : new Error(`The model failed: ${reply.detail}`),
        );
      else asked?.resolve(reply);
    });
    this.#worker.on('error', () => this.#lost());
    this.#worker.on('exit', () => this.#lost());
  }

  ask(question: Question): Promise<ThreadReply> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive) {
        reject(new MurmurationError('inference.unavailable', 'The thread of the model has ended.'));
        return;
      }
      const number = this.#number++;
      this.#asked.set(number, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ ...question, number });
    });
  }

  async end(): Promise<void> {
    this.isAlive = false;
    await this.#worker.terminate();
  }

  #lost(): void {
    this.isAlive = false;
    const error = new MurmurationError('inference.unavailable', 'The thread of the model has ended.');
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}

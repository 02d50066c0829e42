import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { PlatformClient } from '../client/client.ts';
import type { Prediction } from '../hybrid/hybrid.ts';
import { asError } from '../training/training-errors.ts';
import { KeptState } from './kept-state.ts';
import { sameInput } from './same-input.ts';

export type AskedSource = 'hybrid' | 'global' | 'personal';

/** What a component asks of a model. */
export interface Question {
  readonly input: unknown;
  readonly source: AskedSource | undefined;
}

/** What came of the questions of a component. */
export interface Answered {
  /** The newest answer, and the input that it answers; undefined before the first. */
  readonly prediction: Prediction | undefined;
  readonly input: unknown;
  /** The question that has an answer or an error last, and its error. */
  readonly settled: Question | undefined;
  readonly error: MurmurationError | undefined;
}

export const nothingAsked: Answered = {
  prediction: undefined,
  input: undefined,
  settled: undefined,
  error: undefined,
};

/** Whether both ask for the same. */
export function sameQuestion(a: Question | undefined, b: Question): boolean {
  return a !== undefined && a.source === b.source && sameInput(a.input, b.input);
}

/**
 * Asks a model for what is asked last: one prediction is under way at a time, and of the inputs that come meanwhile only the last is asked
 * for, so that typing never waits for answers that nobody reads.
 */
export class NewestPrediction {
  readonly #state = new KeptState(nothingAsked);
  readonly read = this.#state.read;
  readonly subscribe = this.#state.subscribe;
  #model: { readonly client: PlatformClient; readonly task: string } | undefined;
  #question: Question | undefined;
  #isAsking = false;

  /** Asks this model from now on, and again when the device serves something else, until the returned function is called. */
  open(client: PlatformClient, task: string): () => void {
    const model = { client, task };
    this.#model = model;
    this.#state.change(nothingAsked);
    const off = client.on('personal', ({ task: changed, phase }) => {
      // As a new question: the answer that is under way may be of the model before.
      if (changed === task && phase === 'ready' && this.#question) this.ask({ ...this.#question });
    });
    void this.#answer();
    return () => {
      off();
      if (this.#model === model) this.#model = undefined;
    };
  }

  ask(question: Question): void {
    this.#question = question;
    void this.#answer();
  }

  /** Asks for nothing from now on. */
  clear(): void {
    this.#question = undefined;
    this.#state.change(nothingAsked);
  }

  /** Throws `request.not-found` where there is no prediction, and what `Hybrid.feedback` throws. */
  async feedback(outcome: string, signal?: AbortSignal): Promise<void> {
    const { prediction } = this.#state.read();
    if (!this.#model || !prediction)
      throw new MurmurationError(
        'request.not-found',
        'There is no prediction yet that feedback could be on.',
      );
    const { client, task } = this.#model;
    await client.hybrid(task).feedback(prediction.id, outcome, signal);
  }

  async #answer(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#model && this.#question) {
      const [model, question] = [this.#model, this.#question];
      const changes = await answerOf(model.client, model.task, question);
      // Nobody asks for it any more, or of another model.
      if (this.#model === model && this.#question) this.#state.change({ ...changes, settled: question });
      if (this.#model === model && this.#question === question) break;
    }
    this.#isAsking = false;
  }
}

async function answerOf(
  client: PlatformClient,
  task: string,
  question: Question,
): Promise<Partial<Answered>> {
  const { input, source } = question;
  try {
    return { prediction: await client.hybrid(task).predict(input, source), input, error: undefined };
  } catch (error) {
    return { error: asError(error) };
  }
}

import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { PlatformClient } from '../client/client.ts';
import type { Prediction } from '../hybrid/hybrid.ts';
import { asError } from '../training/training-errors.ts';
import { KeptState } from './kept-state.ts';
import { sameInput } from './same-input.ts';

export type AskedSource = 'hybrid' | 'global' | 'personal';

export interface Question {
  readonly input: unknown;
  readonly source: AskedSource | undefined;
}

interface Answered {
  /** Newest answer, and the input that it answers; undefined before the first. */
  readonly prediction: Prediction | undefined;
  readonly input: unknown;
  /** Last question with an answer or an error, and its error. */
  readonly settled: Question | undefined;
  readonly error: MurmurationError | undefined;
}

export const nothingAsked: Answered = {
  prediction: undefined,
  input: undefined,
  settled: undefined,
  error: undefined,
};

/** Returns true if both ask for the same. */
export function sameQuestion(a: Question | undefined, b: Question): boolean {
  return a !== undefined && a.source === b.source && sameInput(a.input, b.input);
}

/**
 * Asks a model for the newest question: one prediction runs at a time, and of the inputs in the meantime only
 * the last is asked for, so that typing never waits for obsolete answers.
 */
export class NewestPrediction {
  readonly #state = new KeptState(nothingAsked);
  readonly read = this.#state.read;
  readonly subscribe = this.#state.subscribe;
  #model: { readonly client: PlatformClient; readonly task: string } | undefined;
  #question: Question | undefined;
  #isAsking = false;

  /** Asks this model, again when the device serves something else, until the returned function is called. */
  open(client: PlatformClient, task: string): () => void {
    const model = { client, task };
    this.#model = model;
    this.#state.change(nothingAsked);
    const off = client.on('personal', ({ task: changed, phase }) => {
      // Copied as a new question: a running answer may be of the previous model.
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

  /** Stops asking. */
  clear(): void {
    this.#question = undefined;
    this.#state.change(nothingAsked);
  }

  /**
   * Reports an outcome. Throws `request.not-found` without a prediction, and the errors of `Hybrid.feedback`.
   */
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
      // Ignored if cleared, or from another model.
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

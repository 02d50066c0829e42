import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { hex } from '@murmuration/protocol/encoding/bytes';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Variant } from '../experiments/experiment.ts';
import type { Exchange, InferenceEvents } from '../server/events.ts';
import { isUnkept } from '../server/request.ts';
import { namedId } from '../server/request-id.ts';
import { ArmWindows } from './arm-window.ts';
import { FeatureTally } from './drift/feature-tally.ts';
import { FeatureReader } from './drift/features.ts';
import type { FeedbackResult, Monitor } from './monitor.ts';
import type { Outcome } from './outcome.ts';
import { guessesOf, type RememberedPrediction, type RowGuess } from './prediction.ts';

interface WatchPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly fault: (where: string, error: unknown) => void;
}

/** Inputs of one version in a window. */
interface Seen {
  rows: number;
  /** Features; undefined if they are ignored. Later windows ask again how to collect them. */
  readonly tally: FeatureTally | undefined;
}

/**
 * Maximum predictions in one window, and maximum characters of them, approximately; more are only counted.
 */
const mostPredictions = 5_000;
const maxWaitingCharacters = 1 << 20;

/**
 * Collects predictions, and hands them to a monitor window by window. Leaves out precompute jobs, and what
 * devices ask for themselves.
 */
export class PredictionWatch {
  readonly #monitor: Monitor;
  readonly #ports: WatchPorts;
  readonly #every: number;
  readonly #replica: string;
  /** Rows and features seen, by model, then version. */
  #seen = new Map<string, Map<string, Seen>>();
  readonly #reader = new FeatureReader();
  readonly #arms = new ArmWindows();
  #predictions: RememberedPrediction[] = [];
  #characters = 0;
  #number = 0;
  #cancel: Cancel | undefined;

  /** Makes a watch with `every` ms between windows. */
  constructor(monitor: Monitor, every: number, ports: WatchPorts) {
    this.#monitor = monitor;
    this.#ports = ports;
    this.#every = every;
    this.#replica = hex(ports.random(16));
  }

  /** Event handlers for the observed server. */
  get events(): InferenceEvents {
    return {
      answered: exchange => {
        try {
          this.#take(exchange);
        } catch (error) {
          this.#ports.fault('watching predictions', error);
        }
      },
      shadowed: ({ variant, ms, outputs, answered }) => {
        this.#arms.request(variant, outputs === null, ms, outputs !== null && isSame(outputs, answered));
        this.#wait();
      },
      unserved: variant => {
        this.#arms.request(variant, true, 0);
        this.#wait();
      },
      unmirrored: variant => {
        this.#arms.dropped(variant);
        this.#wait();
      },
    };
  }

  /** Reports the outcome of a prediction, even one just made. Throws as `Monitor.feedback`. */
  feedback(outcome: Outcome): Promise<FeedbackResult> {
    this.flush();
    return this.#monitor.feedback(outcome);
  }

  /** Hands over the current window, if it has content. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#seen.size === 0 && this.#arms.isEmpty) return;
    this.#number += 1;
    const seen = [...this.#seen].flatMap(([model, versions]) =>
      Array.from(versions, ([version, own]) => ({ model, version, ...own })),
    );
    const predictions = this.#predictions;
    this.#seen = new Map();
    this.#predictions = [];
    this.#characters = 0;
    const arms = this.#arms.take();
    this.#monitor.window({
      replica: this.#replica,
      number: this.#number,
      requests: seen.map(({ model, version, rows }) => ({ model, version, count: rows })),
      predictions,
      features: seen.flatMap(({ model, version, tally }) => tally?.take(model, version) ?? []),
      ...(arms.length > 0 && { arms }),
    });
  }

  async close(): Promise<void> {
    this.flush();
    await this.#monitor.close();
  }

  #take({ model, version, request, response, variant, end, ms }: Exchange): void {
    if (isUnkept(request)) return;
    // Requests ended by the caller count too: else a slow arm would lose requests, and the split would be
    // biased.
    if (variant && end !== 'refused') {
      this.#arms.request(variant, end === 'failed', ms);
      this.#wait();
    }
    if (!response) return;
    const rows = guessesOf(response.outputs);
    const seen = this.#seenOf(model, version);
    seen.tally?.add(request.inputs, rows ?? []);
    seen.rows += rows?.length ?? response.outputs[0]?.shape[0] ?? 1;
    const id = rows && namedId(request);
    if (rows && id !== undefined && this.#predictions.length < mostPredictions) {
      const characters = id.length + rows.reduce((sum, row) => sum + charactersOf(row), 128);
      if (this.#characters + characters <= maxWaitingCharacters) {
        this.#characters += characters;
        const at = this.#ports.clock.now();
        this.#predictions.push({
          id,
          at,
          model,
          version,
          rows,
          ...(variant && { variant: partOf(variant) }),
        });
      }
    }
    this.#wait();
  }

  #wait(): void {
    const { clock } = this.#ports;
    this.#cancel ??= clock.at(clock.now() + this.#every, () => this.flush());
  }

  #seenOf(model: string, version: string): Seen {
    const versions = this.#seen.get(model) ?? new Map<string, Seen>();
    const known = versions.get(version);
    if (known) return known;
    const counting = this.#monitor.counting(model, version);
    const plan = typeof counting === 'string' ? undefined : counting;
    const tally = counting === 'nothing' ? undefined : new FeatureTally(this.#reader, plan);
    const seen = { rows: 0, tally };
    this.#seen.set(model, versions.set(version, seen));
    return seen;
  }
}

/** Drops the covariate, which is reported with the key's first request. */
function partOf({ experiment, arm, unit }: Variant): Variant {
  return { experiment, arm, unit };
}

function charactersOf(row: RowGuess): number {
  if (row.kind === 'number') return 48;
  return row.guesses.reduce<number>(
    (sum, guess) => sum + (typeof guess === 'string' ? 2 * guess.length : 8) + 24,
    64,
  );
}

/** Returns true if two versions give each row the same first guess, or the same number to six digits. */
function isSame(outputs: readonly Tensor[], answered: readonly Tensor[]): boolean {
  const [one, other] = [guessesOf(outputs), guessesOf(answered)];
  if (!one || !other || one.length !== other.length) return false;
  return one.every((row, at) => {
    const beside = other[at]!;
    if (row.kind === 'class') return beside.kind === 'class' && row.guesses[0] === beside.guesses[0];
    return beside.kind === 'number' && row.value.toPrecision(6) === beside.value.toPrecision(6);
  });
}

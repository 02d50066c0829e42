import type { ClientEvents } from '@murmuration/client-sdk/client/events';
import type { Inference, OpenModel } from '@murmuration/client-sdk/hybrid/inference';
import type { PersonalModel } from '@murmuration/client-sdk/hybrid/personal';
import type { Remote } from '@murmuration/client-sdk/hybrid/remote';
import { type HybridPorts, ServedHybrid } from '@murmuration/client-sdk/hybrid/served-hybrid';
import { Verdicts } from '@murmuration/client-sdk/hybrid/verdicts';
import { memoryStorage } from '@murmuration/client-sdk/node';
import { PrivateLayers } from '@murmuration/client-sdk/private-layers/private-layers';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { Serving } from '@murmuration/engine/inference/serving';
import { softmax } from '@murmuration/engine/inference/softmax';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';

/** An example of these tests: a sequence of tokens, of which 0 is no class that is predicted. */
export type Sequence = readonly number[];

export const classes = 6;

/** Asked for what follows a sequence; an example asks for each of its tokens but the first. */
export const serving: Serving<Sequence> = {
  classes,
  firstClass: 1,
  input(asked) {
    if (!Array.isArray(asked)) throw new RangeError('Ask with a sequence.');
    return asked as number[];
  },
  questions: sequence => ({
    input: sequence.slice(0, -1),
    targets: sequence.slice(1).map((next, position) => ({ position, class: next })),
  }),
};

const layout = layoutOf([{ name: 'table', shape: [classes, classes] }]);

/** A version: how likely each token (column) follows each (row), as logits. */
function version(logit: (previous: number, next: number) => number): ModelFiles {
  const weights = Float32Array.from({ length: classes ** 2 }, (_, i) =>
    logit(Math.floor(i / classes), i % classes),
  );
  const topology = { kind: 'table' };
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}

/** Knows that each token is followed by the one `step` after it, among 1 to 5. */
export function stepping(step: number, sureness = 3): ModelFiles {
  return version((previous, next) => (next === 1 + ((previous - 1 + step + 5) % 5) ? sureness : 0));
}

/** Sequences in which each token is followed by the one `step` after it. */
export function steppingSequences(step: number, count: number): Sequence[] {
  return Array.from({ length: count }, (_, i) => {
    const sequence = [1 + (i % 5)];
    // Lengths differ, so that no two of the first thirty are alike.
    for (let length = 0; length < 3 + Math.floor(i / 5); length++)
      sequence.push(1 + ((sequence.at(-1)! - 1 + step) % 5));
    return sequence;
  });
}

/** Runs such versions. */
export class TableInference implements Inference {
  /** Models that are open. */
  readonly running = new Set<OpenModel>();
  /** What can't be opened. */
  refused = new Set<string>();

  async open({ hash, weights }: ModelFiles): Promise<OpenModel> {
    if (this.refused.has(hash)) throw new MurmurationError('model.unusable');
    const after = (token: number) => softmax(weights.slice(token * classes, (token + 1) * classes), 1);
    const model: OpenModel = {
      predict: async input => after(serving.input(input).at(-1)!),
      answer: async example => {
        const { input, targets } = serving.questions(example as Sequence);
        return Float32Array.from(targets.flatMap(({ position }) => [...after(input[position]!)]));
      },
      close: async () => void this.running.delete(model),
    };
    this.running.add(model);
    return model;
  }

  async close(): Promise<void> {
    this.running.clear();
  }
}

/** Makes what it has seen likelier, by one logit each time; waits for `gate` where a test sets one. */
export class TableTrainer implements Trainer {
  trainings = 0;
  gate: Promise<void> = Promise.resolve();
  failure: MurmurationError | undefined;

  async train(
    { weights }: ModelFiles,
    _settings: unknown,
    examples: readonly unknown[],
    signal: AbortSignal,
  ): ReturnType<Trainer['train']> {
    this.trainings += 1;
    await this.gate;
    if (signal.aborted) throw new MurmurationError('training.stopped');
    if (this.failure) throw this.failure;
    if (examples.length === 0) throw new MurmurationError('training.no-examples');
    const delta = new Float32Array(weights.length);
    for (const example of examples as Sequence[])
      for (const [i, next] of example.slice(1).entries()) {
        const at = example[i]! * classes + next;
        delta[at] = Math.min(6, delta[at]! + 1);
      }
    return { delta, examples: examples.length, metrics: {} };
  }

  async close(): Promise<void> {}
}

const task = 'steps' as TaskName;

/** A hybrid model on a storage, and all that it has told. */
export function hybridOn({
  storage = memoryStorage(),
  personal = [],
  inference = new TableInference(),
  trainer = new TableTrainer(),
  clock = new VirtualClock(),
  isIdle = () => true,
  margin,
  adopt,
  remote,
}: {
  storage?: Storage;
  personal?: readonly PersonalModel[];
  inference?: TableInference;
  trainer?: TableTrainer;
  clock?: VirtualClock;
  isIdle?: () => boolean;
  margin?: number;
  adopt?: 'at-once' | 'when-idle';
  remote?: Remote;
} = {}) {
  const device = { newest: undefined as ModelFiles | undefined, examples: [] as Sequence[] };
  const errors: MurmurationError[] = [];
  const versions: Parameters<ClientEvents['version']>[0][] = [];
  const events: Parameters<ClientEvents['personal']>[0][] = [];
  const ports: HybridPorts = {
    task,
    options: {
      serving,
      personal,
      refitAfter: 5,
      ...(margin !== undefined && { margin }),
      ...(adopt && { adopt }),
    },
    inference,
    trainer,
    storage,
    clock,
    examples: () => device.examples,
    newest: async () => device.newest,
    isIdle: async () => isIdle(),
    privateLayers: new PrivateLayers(storage, task),
    verdicts: new Verdicts(storage, task),
    remote,
    emit: (name, event) => {
      if (name === 'error') errors.push(event as MurmurationError);
      else if (name === 'version') versions.push(event as Parameters<ClientEvents['version']>[0]);
      else events.push(event as Parameters<ClientEvents['personal']>[0]);
    },
  };
  const hybrid = new ServedHybrid(ports);
  return { hybrid, ports, device, errors, events, versions, storage, inference, trainer, clock };
}

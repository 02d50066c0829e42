import { createHash } from 'node:crypto';
import type { Transport, TransportListener, UploadRights } from '@murmuration/client-sdk/transport/transport';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import {
  type CoordinatorEvent,
  type DeviceEvent,
  modelPath,
  updatePath,
} from '@murmuration/protocol/messages/channel';
import { checkIn } from '@murmuration/protocol/messages/check-in';
import {
  decodeFrame,
  encodeAccepted,
  encodeFrame,
  encodeRefused,
} from '@murmuration/protocol/messages/frame';
import { challengeMessage, enrol, forget, hello } from '@murmuration/protocol/messages/hello';
import { maskingContribution } from '@murmuration/protocol/messages/masking';
import { predict } from '@murmuration/protocol/messages/predict';
import {
  type Assignment,
  encodeAssignment,
  leave,
  assignmentOf as withPlanBytes,
} from '@murmuration/protocol/messages/round';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { native } from '@murmuration/protocol/primitives/node';
import type { Clock } from '@murmuration/protocol/time/clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import type * as z from 'zod/mini';

const schemas = {
  enrol,
  hello,
  'check-in': checkIn,
  leave,
  forget,
  predict,
  keys: maskingContribution,
  shares: maskingContribution,
  agree: maskingContribution,
  reveal: maskingContribution,
} as const satisfies Record<DeviceEvent, z.ZodMiniType>;

type Messages = { [Event in DeviceEvent]: z.output<(typeof schemas)[Event]> };
type Answers = { [Event in DeviceEvent]: (message: Messages[Event]) => unknown };

export const layout = layoutOf([{ name: 'w', shape: [8] }]);
const model = encodeModel({ class_name: 'Sequential' }, layout, new Float32Array(8).fill(1));

/** An id that is easy to read in a failure. */
export const id = <Id extends string>(name: string): Id => name.padEnd(22, '_') as Id;

/**
 * The coordinator's end of a transport, in memory: answers as a test says, keeps what it was asked, and checks signatures. A
 * message waits until the test has the connection opened.
 */
export class MemoryCoordinator implements Transport {
  readonly asked: { [Event in DeviceEvent]: Messages[Event][] } = {
    enrol: [],
    hello: [],
    'check-in': [],
    leave: [],
    forget: [],
    predict: [],
    keys: [],
    shares: [],
    agree: [],
    reveal: [],
  };
  readonly uploads: (UploadRights & { readonly path: string; readonly bytes: Uint8Array })[] = [];
  readonly files = new Map<string, Uint8Array>();
  downloads = 0;
  findProblem: NonNullable<Transport['findProblem']> = async () => ({
    problem: 'refused',
    detail: 'Nothing listens there.',
  });
  /** What becomes of an upload; a rejection refuses it. */
  take: (signal: AbortSignal) => Promise<void> = async () => {};
  readonly answers: Answers;
  /** What the coordinator's clock shows beyond the device's, ms. */
  ahead = 0;
  /** Examples without which the task has no use for a device. */
  leastExamples = 1;
  #listener: TransportListener | undefined;
  readonly #clock: Clock;
  readonly #connects: boolean;
  #connected = false;
  #nonce: Uint8Array = new Uint8Array(32);
  readonly #keys = new Map<string, Uint8Array>();

  /** `connects`: whether each connection opens by itself. */
  constructor(clock: Clock, connects = false) {
    this.#clock = clock;
    this.#connects = connects;
    this.files.set(modelPath(model.hash), model.json);
    this.files.set(modelPath(model.hash).replace('model.json', `${model.weightsHash}.bin`), model.weights);
    this.answers = {
      enrol: ({ publicKey, signature }) => {
        this.#verify(publicKey, 'enrol', signature);
        const device = createHash('sha256').update(publicKey).digest().subarray(0, 16).toString('base64url');
        this.#keys.set(device, publicKey);
        return { device };
      },
      hello: ({ device, signature }) => {
        const key = this.#keys.get(device);
        if (!key) throw new MurmurationError('device.unknown');
        this.#verify(key, 'hello', signature);
        return {
          now: clock.now() + this.ahead,
          tasks: ['keyboard', 'price'].map(task => ({ task, leastExamples: this.leastExamples })),
        };
      },
      'check-in': () => ({ decision: 'waiting' }),
      leave: () => null,
      forget: () => null,
      predict: () => {
        throw new MurmurationError('prediction.not-offered');
      },
      keys: () => null,
      shares: () => null,
      agree: () => null,
      reveal: () => null,
    };
  }

  /** Opens the connection and challenges the device. */
  connect(): void {
    this.#connected = true;
    this.#nonce = native.sha256(this.#nonce);
    this.send('challenge', { protocol: protocolVersion, nonce: this.#nonce });
  }

  disconnect(): void {
    this.#connected = false;
    this.#listener?.disconnected('transport close');
  }

  /** The device ends a connection that brought too much, and comes back at `retryAt`, ms since 1970. */
  flood(retryAt: number): void {
    this.#connected = false;
    const error = new MurmurationError('server.flood');
    this.#listener?.disconnected(error.detail, retryAt, error);
  }

  /** Lets the connection go, on which nothing is expected. */
  rest(): void {
    this.#connected = false;
    this.#listener?.resting?.();
  }

  /** A try to connect has failed, and the next one begins at once. */
  fail(): void {
    this.#listener?.failed?.(this.#clock.now());
  }

  send(event: CoordinatorEvent, message: unknown): void {
    const isAssignment = event === 'assignment' && (message as Partial<Assignment>).planBytes !== undefined;
    const frame = isAssignment ? encodeAssignment(message as Assignment) : encodeFrame(message);
    this.#listener?.message(event, frame);
  }

  /** Forgets every device. */
  forget(): void {
    this.#keys.clear();
  }

  get isOpen(): boolean {
    return this.#listener !== undefined;
  }

  open(listener: TransportListener): void {
    this.#listener = listener;
    if (this.#connects)
      this.#clock.at(this.#clock.now(), () => this.#listener === listener && this.connect());
  }

  close(): void {
    this.#listener = undefined;
    this.#connected = false;
  }

  async request(event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
    if (!this.#connected) throw new MurmurationError('server.unreachable');
    const message = decodeFrame(frame, schemas[event] as z.ZodMiniType);
    (this.asked[event] as unknown[]).push(message);
    try {
      return encodeAccepted(await (this.answers[event] as (message: unknown) => unknown)(message));
    } catch (error) {
      return encodeRefused(error);
    }
  }

  async download(path: string): Promise<Uint8Array> {
    this.downloads += 1;
    const bytes = this.files.get(path);
    if (!bytes) throw new MurmurationError('model.missing');
    return bytes;
  }

  async upload(path: string, rights: UploadRights, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    this.uploads.push({ ...rights, path, bytes: bytes.slice() });
    await this.take(signal);
  }

  #verify(key: Uint8Array, purpose: 'enrol' | 'hello', signature: Uint8Array): void {
    if (!native.ed25519.verify(key, challengeMessage(purpose, this.#nonce), signature))
      throw new MurmurationError('device.signature');
  }
}

/** An assignment of round `round` for one device. */
export function assignmentOf(
  clock: Clock,
  round = 'r1',
  change: Partial<Assignment['plan']> = {},
): Assignment {
  return withPlanBytes({
    round: id<RoundId>(round),
    number: 1,
    assignment: id<AssignmentId>(`${round}-a`),
    token: new Uint8Array(32).fill(7),
    deadline: clock.now() + 600_000,
    plan: {
      task: 'keyboard' as TaskName,
      version: 1,
      model: model.hash,
      training: {
        epochs: 1,
        batchSize: 4,
        learningRate: 0.1,
        proximal: 0,
        gradientClip: null,
        maxExamples: 100,
        seed: 5,
      },
      update: { kind: 'ring', clip: 1, bits: 8, weighting: 'examples', weightCap: 4 },
      masking: null,
      largestCohort: 10,
      grace: 20_000,
      ...change,
    },
  });
}

export const pathOf = ({ round, assignment }: Assignment): string => updatePath(round, assignment);

import { prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import { base64url } from '@murmuration/protocol/encoding/bytes';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { challengeMessage, type Hello } from '@murmuration/protocol/messages/hello';
import type { MaskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { native } from '@murmuration/protocol/primitives/node';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { enterRound, type ParticipantContext } from '@murmuration/protocol/secagg/participant';
import { packRing, unpackRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate, headerLength } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { type Quantization, quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';
import { contextOf, MaskedSteps } from '../../masked-steps.ts';
import { seededRandom } from '../../seeded-random.ts';
import { digestOf, type Part } from './ledger.ts';
import type { Kind } from './operations.ts';

/** What a device has sent. */
export interface Message {
  readonly part: Part;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  /** `open`: no answer came yet, or one after which it is sent again. */
  status: 'open' | 'acknowledged' | 'refused';
  /** It was not the device's own: another one of its phase was sent as well. */
  readonly isAltered: boolean;
  /** What the device signed with its masked update. */
  readonly signature?: Uint8Array;
}

const identities = new Map<number, SigningKey>();

/** The same in all histories, since keys take longer to make than anything else. */
function identityOf(index: number): SigningKey {
  const known = identities.get(index) ?? native.ed25519.signingKey(seededRandom(10_000 + index)(32));
  identities.set(index, known);
  return known;
}

/** One device at the level of the protocol: it keeps what it knows over restarts of the coordinator, and sends when it is told to. */
export class Phone {
  readonly id: DeviceId;
  readonly identity: SigningKey;
  /** Its part, as far as it has heard. */
  part: Part | undefined;
  /** Oldest first. */
  readonly sent: Message[] = [];
  readonly #layout: Layout;
  readonly #random;
  #entered: Part | undefined;
  #steps = new MaskedSteps();
  readonly #inputs = new Map<string, Uint8Array>();

  constructor(index: number, seed: number, layout: Layout) {
    this.identity = identityOf(index);
    this.id = base64url(native.sha256(this.identity.publicKey).subarray(0, 16)) as DeviceId;
    this.#layout = layout;
    this.#random = seededRandom(seed ^ (index * 0x9e3779b1));
  }

  hello(nonce: Uint8Array): Hello {
    const signature = this.identity.sign(challengeMessage('hello', nonce));
    return { protocol: protocolVersion, device: this.id, signature, sdk: '0.1.0', platform: 'other' };
  }

  hear(event: MaskingEvent, { assignment, message }: MaskingInput): void {
    this.#inputs.set(`${event} ${assignment}`, message);
  }

  /**
   * What it sends now: what has had no answer once more, else what the phase asks for; undefined where it waits. Throws
   * `secagg.*` where it has to leave the round.
   */
  next(): Message | undefined {
    const { part } = this;
    if (!part) return undefined;
    const last = this.sent.findLast(message => message.part === part && !message.isAltered);
    if (last?.status === 'open') return last;
    if (last?.status === 'refused') return undefined;
    const made = part.assignment.plan.masking ? this.#masked(part) : last ? undefined : this.#plain(part);
    return made && this.#note({ ...made, part, status: 'open', isAltered: false });
  }

  /** Other bytes in the place of a message, such as an update of which one value differs; undefined where they could not be told from it. */
  altered({ part, kind, bytes, status }: Message): Message | undefined {
    if (kind !== 'update') {
      // What its peers would make of it can't be foretold, but once it was acknowledged no other counts.
      if (status !== 'acknowledged') return undefined;
      const other = bytes.slice();
      other[other.length - 1]! ^= 1;
      return { part, kind, bytes: other, status: 'open', isAltered: true };
    }
    const { plan } = part.assignment;
    const values = part.updates.get(digestOf(bytes))!.values.slice();
    const change = values[0]! > 0 ? -1 : 1;
    values[0]! += change;
    const elements = plan.masking ? this.#unpacked(part, bytes) : Int32Array.from(values);
    if (plan.masking) elements[0]! += change;
    const other = plan.update.kind === 'float32' ? this.#floats(values) : this.#packed(part, elements);
    part.updates.set(digestOf(other), { bytes: other, values });
    return this.#note({ part, kind, bytes: other, status: 'open', isAltered: true });
  }

  /** Bytes of a kind that are well formed, and were not asked for. */
  stray(part: Part, kind: Kind): Uint8Array {
    switch (kind) {
      case 'keys':
        return enterRound(this.#context(part), this.#random(32)).message;
      case 'update': {
        if (part.assignment.plan.update.kind === 'float32')
          return this.#floats(new Float64Array(this.#layout.count + 1).fill(1));
        const elements = Int32Array.from(this.#random(this.#layout.count + 1), byte => byte % 3);
        elements[this.#layout.count] = 1;
        return this.#packed(part, elements);
      }
      default:
        // Of another round, if it has sent any.
        return this.sent.find(sent => sent.kind === kind && sent.part !== part)?.bytes ?? this.noise();
    }
  }

  /** What it has signed with its update of a part. */
  signature(part: Part): Uint8Array | undefined {
    return this.sent.find(sent => sent.part === part && sent.signature)?.signature;
  }

  noise(): Uint8Array {
    return this.#random(100);
  }

  #note(message: Message): Message {
    this.sent.push(message);
    return message;
  }

  #plain(part: Part): Pick<Message, 'kind' | 'bytes'> {
    const { plan } = part.assignment;
    if (plan.update.kind === 'float32') {
      // Multiples of 1/8 and weights that are powers of 2, whose sums are exact in any order.
      const weight = 2 ** (this.#random(1)[0]! % 3);
      const deltas = Array.from(this.#random(this.#layout.count), byte => (weight * (byte - 127)) / 8);
      const values = Float64Array.of(...deltas, weight);
      const bytes = this.#floats(values);
      part.updates.set(digestOf(bytes), { bytes, values });
      return { kind: 'update', bytes };
    }
    let values = new Float64Array();
    const bytes = this.#prepare(part, elements => {
      values = Float64Array.from(elements);
    });
    part.updates.set(digestOf(bytes), { bytes, values });
    return { kind: 'update', bytes };
  }

  #masked(part: Part): Pick<Message, 'kind' | 'bytes' | 'signature'> | undefined {
    if (this.#entered !== part) {
      this.#entered = part;
      this.#steps = new MaskedSteps();
    }
    return this.#steps.next({
      context: this.#context(part),
      seed: () => this.#random(32),
      heard: event => this.#inputs.get(`${event} ${part.assignment.assignment}`),
      prepare: mask => {
        let values = new Float64Array();
        const bytes = this.#prepare(part, (elements, width) => {
          const { count } = this.#layout;
          // Without what the device says of a version: nothing.
          values = Float64Array.of(...elements.subarray(0, count), elements.at(-1)!);
          mask(elements, width);
        });
        part.updates.set(digestOf(bytes), { bytes, values });
        return bytes;
      },
    });
  }

  #prepare(part: Part, mask: (elements: Int32Array, width: number) => void): Uint8Array {
    const delta = Float32Array.from(this.#random(this.#layout.count), byte => (byte - 127.5) / 200);
    const learned = { delta, examples: 1 + this.#random(1)[0]!, layout: this.#layout };
    return prepareUpdate(learned, part.assignment, this.#random, mask);
  }

  /** `values`: those of the delta, each times the weight, then the weight. */
  #floats(values: Float64Array): Uint8Array {
    const { hash, count } = this.#layout;
    const weight = values[count]!;
    const delta = Float32Array.from(values.subarray(0, count), value => value / weight);
    return encodeUpdate(hash, count, { kind: 'float32', delta, weight });
  }

  #packed(part: Part, elements: Int32Array): Uint8Array {
    const { width } = this.#quantization(part);
    const update = { kind: 'ring', packed: packRing(elements, width) } as const;
    return encodeUpdate(this.#layout.hash, elements.length, update, width);
  }

  #unpacked(part: Part, bytes: Uint8Array): Int32Array {
    return unpackRing(
      bytes.subarray(headerLength),
      this.#quantization(part).elements,
      this.#quantization(part).width,
    );
  }

  #quantization({ assignment: { plan } }: Part): Quantization {
    return quantizationFor(this.#layout.count, quantizationOf(plan));
  }

  #context({ assignment }: Part): ParticipantContext {
    return contextOf(assignment, this.identity);
  }
}

import { compress } from '@murmuration/client-sdk/update/compress';
import * as noise from '@murmuration/client-sdk/update/noisy-rounding';
import { type Contribution, prepareUpdate } from '@murmuration/client-sdk/update/prepare';
import type { AssignmentId, RoundId } from '@murmuration/protocol/ids/ids';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import { type Answer, encodeAnswer, queryForm } from '@murmuration/protocol/queries/vector';
import { roundControl } from '@murmuration/protocol/weights/control';
import { quantizationOf } from '@murmuration/protocol/weights/quantize';
import type { RoundUnderWay } from '@murmuration/rounds/rounds/round-under-way';
import { contextOf, type Lies, MaskedSteps } from '../../../masked-steps.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { deviceId, type Federation, layout } from './federation.ts';

/** What a device sends in a phase. */
export interface Message {
  readonly kind: 'keys' | 'shares' | 'update' | 'agree' | 'reveal';
  readonly bytes: Uint8Array;
  readonly signature?: Uint8Array;
}

const kindOf = { updates: 'update', agreement: 'agree', unmasking: 'reveal' } as const;

/** One device of a federation, at the level of the protocol: it sends when a test says so. */
export class MaskedDevice {
  readonly id;
  #federation: Federation;
  readonly #random;
  readonly #identity;
  #assignment: Assignment | undefined;
  #steps = new MaskedSteps();
  #sent: Message | undefined;
  readonly #secret: Uint8Array;
  /** What it does otherwise than the protocol says. */
  lies: Lies = {};
  /** What it says to queries. */
  answer: Answer = false;
  /** The values of its updates before their masks, by assignment. */
  readonly plain = new Map<AssignmentId, Int32Array>();
  /** The assignments whose updates were acknowledged, and their rounds. */
  readonly acknowledged = new Map<AssignmentId, RoundId>();

  constructor(federation: Federation, index: number) {
    this.id = deviceId(index);
    this.#federation = federation;
    this.#random = seededRandom(index);
    this.#identity = native.ed25519.signingKey(this.#random(32));
    this.#secret = native.sha256(Uint8Array.of(index & 255, index >> 8));
  }

  /** Its coordinator was restarted. */
  follow(federation: Federation): void {
    this.#federation = federation;
    federation.connect(this.id);
  }

  /** Its part in the round that is under way, as it has heard of it. */
  get part(): Assignment | undefined {
    const heard = this.#federation.channel.assignments.get(this.id);
    return heard?.round === this.#federation.rounds.current?.terms.id ? heard : undefined;
  }

  /** Does what it can do next in its round, and sends it, if it is connected. */
  async step(): Promise<void> {
    const assignment = this.part;
    if (!assignment || !this.#federation.channel.isConnected(this.id)) return;
    if (this.#assignment?.assignment !== assignment.assignment) {
      this.#assignment = assignment;
      this.#steps = new MaskedSteps();
    }
    const message = this.#next(assignment);
    if (!message) return;
    this.#sent = message;
    await this.send(message);
  }

  /** What it sends next, without sending it. */
  prepare(): Message {
    const message = this.#next(this.#assignment!);
    if (!message) throw new Error('The device has nothing to send now.');
    return message;
  }

  /** Sends what it sent last once more. */
  async repeat(): Promise<void> {
    if (this.part && this.part.assignment === this.#assignment?.assignment && this.#sent)
      await this.send(this.#sent);
  }

  /** Sends noise instead of what the phase asks for; throws what it is refused with. */
  async garble(driver: RoundUnderWay, assignment: AssignmentId): Promise<void> {
    const { phase } = driver.state;
    const kind = phase === 'keys' || phase === 'shares' ? phase : kindOf[phase as keyof typeof kindOf];
    const signature = this.#sent?.signature;
    await this.send(
      { kind: kind ?? 'reveal', bytes: this.#random(100), ...(signature && { signature }) },
      assignment,
    );
  }

  /** Sends a message as that of its part, or of another one; throws what it is refused with. */
  async send({ kind, bytes, signature }: Message, part = this.#assignment!.assignment): Promise<void> {
    const driver = this.#federation.rounds.current!;
    if (kind === 'update') {
      driver.requireSigned(part, signature);
      await driver.accept(part, bytes, signature);
      this.acknowledged.set(part, driver.terms.id);
      return;
    }
    const device = { id: this.id, publicKey: this.#identity.publicKey, certificate: undefined };
    await driver.contribute(device, part, kind, bytes);
  }

  #next(assignment: Assignment): Message | undefined {
    const inputs = {
      context: contextOf(assignment, this.#identity),
      seed: () => this.#random(32),
      heard: (event: MaskingEvent) => this.#heard(assignment, event),
      prepare: (mask: (elements: Int32Array, width: number) => void) => {
        const contribution = this.#contribution(assignment);
        const keep = (elements: Int32Array, width: number) => {
          this.plain.set(assignment.assignment, elements.slice());
          mask(elements, width);
        };
        const noisy = assignment.plan.privacy?.noise && noise;
        return prepareUpdate(contribution, assignment, this.#random, keep, noisy);
      },
    };
    return this.#steps.next(inputs, this.lies);
  }

  #contribution({ plan, round }: Assignment): Contribution {
    const query = queryOf(plan);
    if (query) {
      const elements = encodeAnswer(query, this.answer, { hash: native.sha256, secret: this.#secret });
      const width = plan.privacy?.noise?.width ?? queryForm(query, plan.largestCohort).width;
      return { elements, width };
    }
    const delta = Float32Array.from(this.#random(layout.count), byte => (byte - 127.5) / 100);
    const examples = 100 * (1 + this.#random(1)[0]!);
    const { compression } = plan.update;
    if (compression) {
      const { residual: _, ...sent } = compress(delta, undefined, compression, plan, round, this.#random);
      return { delta, examples, layout, ...sent };
    }
    if (!plan.control) return { delta, examples, layout };
    const change = Float32Array.from(this.#random(layout.count), byte => (byte - 127.5) / 300);
    const settings = { ...quantizationOf(plan), control: plan.control.clip };
    return { delta, examples, layout, control: roundControl(change, settings, round, this.#random) };
  }

  #heard({ assignment }: Assignment, event: MaskingEvent): Uint8Array | undefined {
    const all = this.#federation.channel.inputs.get(this.id) ?? [];
    return all.findLast(each => each.event === event && each.input.assignment === assignment)?.input.message;
  }
}

import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvent } from '@murmuration/protocol/messages/channel';
import { checkInAnswer, type SentElsewhere, sentElsewhere } from '@murmuration/protocol/messages/check-in';
import { decodeAck, decodeFrame } from '@murmuration/protocol/messages/frame';
import { maskingInput } from '@murmuration/protocol/messages/masking';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import { type Assignment, decodeAssignment, roundEnd } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { smallestSumByDefault } from '@murmuration/protocol/secagg/assumptions';
import type { EnrolmentAuthority } from '@murmuration/protocol/secagg/certificate';
import { planHash } from '@murmuration/protocol/secagg/context';
import {
  dealShares,
  enterRound,
  type InAgreement,
  maskUpdate,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { revealShares, takeStatement } from '@murmuration/protocol/secagg/revealing';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import * as z from 'zod/mini';
import { LightDevice, type SocketBytes } from '../light-device.ts';
import { Bulk } from './bulk.ts';
import { type Part, type PartBytes, parts, socketParts } from './orders.ts';

/** Does work that takes a while, a piece at a time, so that connections are served in between. */
export type InTurn = <Result>(work: () => Result) => Promise<Result>;

/** What a device gave to a round. */
export interface Contribution {
  readonly outcome: string;
  /** Its update before it was masked; the weight, 1, is the last element. */
  readonly elements: Int32Array;
  readonly bytes: PartBytes;
}

/** A device that plays its part in whole rounds; instead of training, it draws its update at random. */
export class RoundDevice {
  readonly light: LightDevice;
  readonly localAddress: string;
  readonly #bulk: Bulk;
  readonly #inTurn: InTurn;
  readonly #authority: EnrolmentAuthority | undefined;
  readonly #inbox = new Map<CoordinatorEvent, { readonly frame: Uint8Array; readonly bytes: number }>();
  readonly #awaited = new Map<CoordinatorEvent, () => void>();

  /** `known`: who it is, where it has enrolled. */
  constructor(
    url: string,
    localAddress: string,
    authority: EnrolmentAuthority | undefined,
    inTurn: InTurn,
    known?: Pick<LightDevice, 'key' | 'id'>,
  ) {
    this.localAddress = localAddress;
    this.light = new LightDevice(url, localAddress, known);
    this.#bulk = new Bulk(url, localAddress);
    this.#authority = authority;
    this.#inTurn = inTurn;
    this.light.onMessage = (event, frame, bytes) => {
      this.#inbox.set(event, { frame, bytes });
      this.#awaited.get(event)?.();
    };
  }

  /** The way to the cell that takes it, asked of a front until there is one. */
  async askFront(task: string): Promise<SentElsewhere> {
    for (;;) {
      const { ack } = await this.light.send('check-in', { task, conditions: {} });
      const answer = decodeAck(ack, z.union([checkInAnswer, sentElsewhere]));
      if (answer.decision === 'elsewhere') return answer;
      const after = answer.decision === 'later' ? answer.after : 0;
      await new Promise(resolve => setTimeout(resolve, after));
    }
  }

  /** Checks in and takes part in one round, to its end; as a front has sent it, where one has. */
  async takePart(
    task: string,
    sent?: { readonly ticket: string; readonly smallestCohort: number },
  ): Promise<Contribution> {
    const bytes = Object.fromEntries(parts.map(part => [part, { up: 0, down: 0 }])) as PartBytes;
    const count = (part: Part, { up = 0, down = 0 }: Partial<SocketBytes>) => {
      bytes[part] = { up: bytes[part].up + up, down: bytes[part].down + down };
    };
    const frame = async (event: CoordinatorEvent, part: Part) => {
      const message = await this.#next(event);
      count(part, { down: message.bytes });
      return message.frame;
    };
    const fed = async (event: MaskingEvent, part: Part) =>
      decodeFrame(await frame(event, part), maskingInput).message;
    const before = this.light.socketBytes;
    const checkIn = { task, conditions: {}, ...(sent && { ticket: sent.ticket }) };
    const checkedIn = await this.light.send('check-in', checkIn);
    count('checkIn', checkedIn.bytes);
    decodeAck(checkedIn.ack, checkInAnswer);
    const part = decodeAssignment(await frame('assignment', 'keys'));
    const send = async (event: 'keys' | 'shares' | 'agree' | 'reveal', phase: Part, message: Uint8Array) => {
      const contribution = { round: part.round, assignment: part.assignment, message };
      const { ack, bytes } = await this.light.send(event, contribution);
      count(phase, bytes);
      try {
        decodeAck(ack, z.null());
      } catch (error) {
        // The others have revealed enough already.
        if (event !== 'reveal' || (error as MurmurationError).code !== 'round.closed') throw error;
      }
    };

    const { masking } = part.plan;
    const context = masking ? this.#context(part, sent?.smallestCohort) : undefined;
    let mask: ((elements: Int32Array, width: number) => InAgreement) | undefined;
    if (context) {
      const keys = await this.#inTurn(() => enterRound(context, systemRandom(32)));
      await send('keys', 'keys', keys.message);
      const roster = await fed('roster', 'shares');
      const shares = await this.#inTurn(() => dealShares(context, keys, roster));
      await send('shares', 'shares', shares.message);
      const bundle = await fed('bundle', 'updates');
      const updates = await this.#inTurn(() => takeShares(context, shares, bundle));
      mask = (elements, width) => maskUpdate(context, updates, elements, width);
    }

    const download = await this.#bulk.download(part.plan.model);
    count('model', download.bytes);
    const { layout } = download.model;
    const quantization = quantizationFor(layout.count, {
      ...part.plan.update,
      largestCohort: part.plan.largestCohort,
    });
    const elements = randomElements(quantization.elements, Math.ceil(quantization.largest / 4));
    const { masked, update } = await this.#inTurn(() => {
      const wire = elements.slice();
      const masked = mask?.(wire, quantization.width);
      const packed = packRing(wire, quantization.width);
      const update = { kind: 'ring', packed } as const;
      return {
        masked,
        update: encodeUpdate(layout.hash, quantization.elements, update, quantization.width),
      };
    });
    const upload = await this.#bulk.upload(part, update, masked?.message);
    count('vector', { up: update.length });
    count('upload', { up: upload.up - update.length, down: upload.down });

    if (context && masked) {
      const statement = await fed('survivors', 'agreement');
      let stated = await this.#inTurn(() => takeStatement(context, masked, statement));
      if (stated.phase === 'unmasking') {
        const agreeing = stated;
        await send('agree', 'agreement', agreeing.message);
        const agreed = await fed('agreed', 'unmasking');
        stated = await this.#inTurn(() => revealShares(context, agreeing, agreed));
      }
      await send('reveal', 'unmasking', stated.message);
    }
    const { outcome } = decodeFrame(await frame('round-end', 'end'), roundEnd);
    requireAllSeen(before, this.light.socketBytes, bytes);
    return { outcome, elements, bytes };
  }

  close(): void {
    this.light.close();
    this.#bulk.close();
  }

  #context({ round, number, plan, planBytes }: Assignment, smallestCohort?: number): ParticipantContext {
    const { masking, task, largestCohort } = plan;
    return {
      primitives: native,
      task,
      round: round as RoundId,
      plan: planHash(native, number, planBytes),
      identity: this.light.key,
      demands: {
        assumptions: masking!,
        smallestCohort: smallestCohort ?? largestCohort,
        authority: this.#authority,
        today: 0,
        smallestSum: smallestSumByDefault,
      },
    };
  }

  async #next(event: CoordinatorEvent): Promise<{ readonly frame: Uint8Array; readonly bytes: number }> {
    const message = this.#inbox.get(event);
    if (message) {
      this.#inbox.delete(event);
      return message;
    }
    await new Promise<void>(resolve => this.#awaited.set(event, resolve));
    this.#awaited.delete(event);
    return this.#next(event);
  }
}

/** Bytes of Engine.IO's own pings and pongs in one round, at most. */
const pings = 512;

/** Throws where the messages of the parts are not what the socket itself has counted. */
function requireAllSeen(before: SocketBytes, after: SocketBytes, bytes: PartBytes): void {
  for (const way of ['up', 'down'] as const) {
    const messages = socketParts.reduce((sum, part) => sum + bytes[part][way], 0);
    const counted = after[way] - before[way];
    if (messages > counted || messages < counted - pings)
      throw new Error(`The socket counted ${counted} bytes ${way}, and its messages have ${messages}.`);
  }
}

/** Values that an update may have, and its weight, 1. */
function randomElements(count: number, largest: number): Int32Array {
  const noise = systemRandom(4 * count);
  const view = new DataView(noise.buffer, noise.byteOffset);
  const elements = Int32Array.from(
    { length: count },
    (_, i) => (view.getUint32(4 * i, true) % (2 * largest + 1)) - largest,
  );
  elements[count - 1] = 1;
  return elements;
}

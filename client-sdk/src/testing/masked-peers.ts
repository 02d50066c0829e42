import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import { queryHash } from '@murmuration/protocol/queries/query-hash';
import { queryForm } from '@murmuration/protocol/queries/vector';
import { agreedFor, type Dealings, dealerFlags, writeBundle } from '@murmuration/protocol/secagg/aggregator';
import { agreementMessage, type Evidence, updateMessage } from '@murmuration/protocol/secagg/agreement';
import { planHash } from '@murmuration/protocol/secagg/context';
import { readDealing } from '@murmuration/protocol/secagg/dealing';
import { drawGraph, type MaskingGraph } from '@murmuration/protocol/secagg/graph';
import { type DeviceKeys, readKeys } from '@murmuration/protocol/secagg/keys';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { findParameters } from '@murmuration/protocol/secagg/parameters';
import {
  dealShares,
  enterRound,
  type InAgreement,
  maskUpdate,
  type ParticipantContext,
  takeShares,
} from '@murmuration/protocol/secagg/participant';
import { takeStatement } from '@murmuration/protocol/secagg/revealing';
import { addPacked, centre } from '@murmuration/protocol/secagg/ring';
import { writeRoster } from '@murmuration/protocol/secagg/roster';
import { writeStatement } from '@murmuration/protocol/secagg/statement';
import { Unmasking, unmaskingMasks } from '@murmuration/protocol/secagg/unmasking';
import { decodeUpdate } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { quantizationFor, quantizationOf } from '@murmuration/protocol/weights/quantize';

export interface PeersPorts {
  readonly primitives: Primitives;
  /** Layout of the model's shared layers. */
  readonly layout: Layout;
}

/**
 * Other devices of a masked round, and the coordinator's part in it, for one device under test: each
 * peer deals shares, masks an update of zeros and signs as a device does, so that only the sum of
 * all contains the device's own update.
 */
export class MaskedPeers {
  readonly #assignment: Assignment;
  readonly #assumptions: MaskingSettings;
  readonly #primitives: Primitives;
  readonly #layout: Layout;
  readonly #peers: readonly ParticipantContext[];
  readonly #keys: readonly DeviceKeys[];
  #graph!: MaskingGraph;
  #self!: number;
  #dealings!: Dealings;
  /** Masked zeros of weight 1, by device number. */
  readonly #masked = new Map<
    number,
    { context: ParticipantContext; state: InAgreement; elements: Int32Array }
  >();

  constructor(
    assignment: Assignment,
    peers: number,
    assumptions: MaskingSettings,
    { primitives, layout }: PeersPorts,
  ) {
    this.#assignment = assignment;
    this.#assumptions = assumptions;
    this.#primitives = primitives;
    this.#layout = layout;
    const { round, number, plan, planBytes } = assignment;
    this.#peers = Array.from({ length: peers }, (_, peer) => ({
      primitives,
      task: plan.task,
      round,
      plan: planHash(primitives, number, planBytes),
      identity: primitives.ed25519.signingKey(this.#seed(peer, 1)),
      demands: { assumptions, smallestCohort: 3, smallestSum: 3, today: 0 },
    }));
    this.#keys = this.#peers.map((context, peer) => {
      const { message } = enterRound(context, this.#seed(peer, 2));
      return readKeys(context, context.identity.publicKey, message);
    });
  }

  /** Draws the graph over the peers and the device. Returns the device's roster. */
  roster(identity: Uint8Array, message: Uint8Array): Uint8Array {
    const context = this.#peers[0]!;
    const keys = readKeys(context, identity, message);
    const all = [keys, ...this.#keys];
    this.#graph = drawGraph(context, all, findParameters(all.length, this.#assumptions));
    this.#self = this.#graph.devices.indexOf(keys);
    return writeRoster(this.#graph, this.#self);
  }

  /** Lets all peers deal, mask and send. Returns the device's bundle. */
  bundle(message: Uint8Array): Uint8Array {
    const { elements, width, weight } = this.#form;
    const dealt = this.#keys.map((keys, peer) => {
      const context = this.#peers[peer]!;
      const number = this.#graph.devices.indexOf(keys);
      const state = dealShares(
        context,
        enterRound(context, this.#seed(peer, 2)),
        writeRoster(this.#graph, number),
      );
      return { context, number, state };
    });
    this.#dealings = new Map([
      ...dealt.map(({ number, state }) => [number, readDealing(this.#graph, number, state.message)] as const),
      [this.#self, readDealing(this.#graph, this.#self, message)] as const,
    ]);
    for (const { context, number, state } of dealt) {
      const zeros = new Int32Array(elements);
      if (weight > 0) zeros[elements - 1] = weight;
      const ready = takeShares(context, state, writeBundle(this.#graph, this.#dealings, number));
      this.#masked.set(number, { context, state: maskUpdate(context, ready, zeros, width), elements: zeros });
    }
    return writeBundle(this.#graph, this.#dealings, this.#self);
  }

  /** Returns a statement in which the last `lost` peers are lost, and also the device if `isDeviceLost`. */
  statement(lost = 0, isDeviceLost = false): Uint8Array {
    const survivors = [...this.#masked.keys()].slice(0, this.#masked.size - lost);
    return writeStatement(
      this.#graph.devices.length,
      this.#dealings,
      new Set(isDeviceLost ? survivors : [...survivors, this.#self]),
    );
  }

  /**
   * Returns the device's message about its neighbours: all devices in the statement agree to it, except the
   * last `silent` ones, which have only sent their update.
   */
  agreed(statement: Uint8Array, { lost = 0, silent = 0 } = {}): Uint8Array {
    const survivors = [...this.#masked].slice(0, this.#masked.size - lost);
    const evidence = new Map(
      survivors.map(([number, { context, state }], i): [number, Evidence] =>
        i >= survivors.length - silent
          ? [number, { kind: 'update', signature: state.message }]
          : [number, { kind: 'agreement', signature: takeStatement(context, state, statement).message }],
      ),
    );
    return agreedFor(this.#graph, this.#self, number => evidence.get(number));
  }

  /** Returns true if `message` is the device's agreement to `statement`. */
  isAgreement(message: Uint8Array, statement: Uint8Array): boolean {
    return this.#isSigned(message, agreementMessage(this.#graph.context, statement));
  }

  /** Returns true if `message` is the device's signature of its update. */
  isUpdateSignature(message: Uint8Array): boolean {
    return this.#isSigned(
      message,
      updateMessage(this.#graph.context, dealerFlags(this.#graph, this.#dealings)),
    );
  }

  /** Returns the device's values and weight, from the unmasked sum of all. */
  sentBy(update: Uint8Array, statement: Uint8Array, reveal: Uint8Array, lost = 0): Int32Array {
    const { elements, width, weight, layoutHash } = this.#form;
    const form = { kind: 'ring', layoutHash, count: elements, width } as const;
    const decoded = decodeUpdate(update, form);
    if (decoded.kind !== 'ring') throw new Error(decoded.kind);
    const sum = new Int32Array(elements);
    addPacked(sum, decoded.packed, width);
    const unmasking = new Unmasking(this.#graph, this.#dealings, statement);
    unmasking.take(this.#self, reveal);
    const survivors = [...this.#masked].slice(0, this.#masked.size - lost);
    for (const [number, { context, state, elements: masked }] of survivors) {
      for (let i = 0; i < elements; i++) sum[i] = sum[i]! + masked[i]!;
      // A peer's reveal depends only on the statement, not on agreements.
      const assumptions = { ...this.#assumptions, threat: 'honest-but-curious' } as const;
      const trusting = { ...context, demands: { ...context.demands, assumptions } };
      const { message } = takeStatement(trusting, state, statement);
      unmasking.take(number, message);
    }
    for (const secret of unmasking.recover())
      applyMasks(this.#primitives, sum, unmaskingMasks(this.#graph.context, secret), width);
    sum[elements - 1] = sum[elements - 1]! - survivors.length * weight;
    return centre(sum, width);
  }

  #seed(peer: number, purpose: number): Uint8Array {
    return this.#primitives.sha256(Uint8Array.of(peer & 255, peer >>> 8, purpose));
  }

  #isSigned(signature: Uint8Array, message: Uint8Array): boolean {
    return this.#primitives.ed25519.verify(this.#graph.devices[this.#self]!.identity, message, signature);
  }

  /** Form of contributions in the round: an update whose last element is its weight, or an answer. */
  get #form() {
    const { plan } = this.#assignment;
    const query = queryOf(plan);
    if (query)
      return {
        ...queryForm(query, plan.largestCohort),
        layoutHash: queryHash(plan.query!),
        weight: 0,
      };
    return {
      ...quantizationFor(this.#layout.count, quantizationOf(plan)),
      layoutHash: this.#layout.hash,
      weight: 1,
    };
  }
}

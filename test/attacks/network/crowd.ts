import { ByteWriter, concatBytes } from '@murmuration/protocol/encoding/bytes';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { bindInGraph } from '@murmuration/protocol/secagg/context';
import { signatureBytes } from '@murmuration/protocol/secagg/keys';
import { graphContext } from '@murmuration/protocol/secagg/roster';
import { oneShareBytes, parcelBytes } from '@murmuration/protocol/secagg/sealed-share';
import type { MarkStore } from '@murmuration/rounds/population/mark';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { Lies } from '../../masked-steps.ts';
import { seededRandom } from '../../seeded-random.ts';
import { type Federation, openFederation } from '../../unit/coordinator/server/federation.ts';
import { MaskedDevice } from '../../unit/coordinator/server/masked-device.ts';

/** What a device does wrong. */
export interface Misbehaviour extends Lies {
  /** Never sends anything once it has a part in a round. */
  readonly isSilent?: boolean;
  /** ms before the deadline of a phase at which it sends, and no sooner. */
  readonly lateBy?: number;
  /** Whether it lies in a round with these devices. */
  with?(others: readonly DeviceId[]): boolean;
}

const hashBytes = 32;
const parcelsAt = hashBytes;

/** Deals shares with the right hashes in boxes of which those of the first `count` holders do not open, signed as ever. */
export const brokenBoxes = (count = Number.POSITIVE_INFINITY): Lies => ({
  deal(dealing, context, { neighbourhood }) {
    const body = dealing.slice(0, dealing.length - signatureBytes);
    const parcels = (body.length - parcelsAt) / parcelBytes;
    for (let i = 0; i < Math.min(count, parcels); i++) body[parcelsAt + (i + 1) * parcelBytes - 1]! ^= 1;
    const number = new ByteWriter(4).u32(neighbourhood.self).bytes;
    const signed = bindInGraph(graphContext(context, neighbourhood), 'dealing', number, body);
    return concatBytes(body, context.identity.sign(signed));
  },
});

/** A reveal without what it says of the dealer of one number, in a complete graph of up to eight dealers. */
function without(reveal: Uint8Array, dealer: number): Uint8Array {
  const flags = reveal.slice(hashBytes, hashBytes + 1);
  if (!(flags[0]! & (1 << dealer))) return reveal;
  flags[0]! &= ~(1 << dealer);
  const at = hashBytes + 1 + dealer * oneShareBytes;
  return concatBytes(
    reveal.subarray(0, hashBytes),
    flags,
    reveal.subarray(hashBytes + 1, at),
    reveal.subarray(at + oneShareBytes),
  );
}

/** Keeps its own share of its own secret to itself. */
export const withheldOwnShare: Lies = { reveal: without };

/** Says that the box of the dealer of this number did not open. */
export const complainingOf = (dealer: number): Lies => ({
  reveal: (reveal, self) => (self === dealer ? reveal : without(reveal, dealer)),
});

/** Sends random values in its masked update. */
export const rubbish = (seed = 7): Lies => {
  const random = seededRandom(seed);
  return {
    masked(elements) {
      const bytes = random(4 * elements.length);
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      for (let i = 0; i < elements.length; i++) elements[i] = view.getInt32(4 * i);
    },
  };
};

interface CrowdOptions {
  readonly honest: number;
  /** Those who do something wrong; their numbers follow those of the honest. */
  readonly others: readonly Misbehaviour[];
  readonly task: Partial<TaskDefinition>;
  readonly marks?: MarkStore;
  readonly seed?: number;
  /** What its clock shows at first, ms since 1970. */
  readonly start?: number;
}

/** ms between two looks of a device at what it can do. */
const step = 500;
const deadlines = {
  gathering: '30 s',
  messages: '10 s',
  updates: '10 s',
  grace: '2 s',
} as const;

/** Devices on a virtual clock that come, take part and come again; a convicted one is turned away, as the coordinator does it. */
export class Crowd {
  readonly federation: Federation;
  readonly devices: readonly MaskedDevice[];
  readonly #others: readonly Misbehaviour[];
  readonly #honest: number;
  readonly #due = new Map<DeviceId, number>();
  readonly #silentUntil = new Map<DeviceId, number>();
  readonly convicted = new Set<DeviceId>();
  /** Cohorts of the rounds, in order. */
  readonly cohorts: (readonly DeviceId[])[] = [];

  private constructor(federation: Federation, { honest, others }: CrowdOptions) {
    this.federation = federation;
    this.#others = others;
    this.#honest = honest;
    this.devices = Array.from({ length: honest + others.length }, (_, i) => new MaskedDevice(federation, i));
    others.forEach((lies, i) => {
      this.devices[honest + i]!.lies = lies;
    });
    let seen = '';
    federation.events.on('round', state => {
      if (!('cohort' in state) || state.terms.id === seen) return;
      seen = state.terms.id;
      const members = state.cohort.members.map(({ device }) => device);
      this.cohorts.push(members);
      others.forEach((lies, i) => {
        const device = this.devices[honest + i]!;
        if (lies.with) device.lies = lies.with(members) ? lies : {};
      });
    });
    federation.events.on('convicted', (_, devices) => {
      for (const device of devices) {
        this.convicted.add(device);
        federation.pool.remove(device);
      }
    });
  }

  static async open(options: CrowdOptions): Promise<Crowd> {
    const { task, marks, start, seed = 1 } = options;
    const update = { kind: 'ring', clip: 2, bits: 12, weightCap: 4 } as const;
    const federation = await openFederation({
      task: { update, deadlines, ...task } as Partial<TaskDefinition>,
      seed,
      ...(marks && { marks }),
      ...(start !== undefined && { start }),
    });
    return new Crowd(federation, options);
  }

  /** The ids of those who do something wrong. */
  get attackers(): readonly DeviceId[] {
    return this.devices.slice(this.#honest).map(({ id }) => id);
  }

  /** How rounds have ended, in order. */
  get outcomes(): readonly ('published' | 'failed')[] {
    return this.federation.records.map(({ outcome }) => outcome);
  }

  get lost(): number {
    return this.outcomes.filter(outcome => outcome === 'failed').length;
  }

  get published(): number {
    return this.outcomes.length - this.lost;
  }

  /** Lets time pass until so many rounds are over, or so many ms have passed. */
  async run({ rounds = Number.POSITIVE_INFINITY, ms = 24 * 3_600_000 }): Promise<void> {
    const { federation } = this;
    const until = federation.clock.now() + ms;
    if (this.cohorts.length === 0) {
      for (const { id } of this.devices) federation.connect(id);
      await federation.rounds.start();
    }
    const wanted = federation.records.length + rounds;
    while (federation.records.length < wanted && federation.clock.now() < until) {
      const before = this.#progress;
      for (const [i, device] of this.devices.entries()) await this.#act(i, device);
      await federation.clock.advance(0);
      if (this.#progress === before) await federation.clock.advance(step);
    }
  }

  /** A device sends nothing in its next rounds. */
  fallSilent(device: DeviceId, rounds: number): void {
    this.#silentUntil.set(device, this.cohorts.length + rounds);
  }

  get #progress(): string {
    const { state } = this.federation.rounds.current ?? {};
    const accepted = state && 'quorum' in state ? state.quorum.accepted : 0;
    return `${this.federation.records.length} ${state?.phase} ${accepted}`;
  }

  async #act(index: number, device: MaskedDevice): Promise<void> {
    const { federation } = this;
    const { id } = device;
    const now = federation.clock.now();
    if (!federation.rounds.current?.involves(id)) {
      if (federation.pool.has(id) || now < (this.#due.get(id) ?? 0) || this.convicted.has(id)) return;
      const answer = federation.checkIn(id);
      if (answer.decision === 'later') this.#due.set(id, now + answer.after);
      return;
    }
    const { isSilent = false, lateBy } = this.#others[index - this.#honest] ?? {};
    const { state } = federation.rounds.current;
    const isTime = lateBy === undefined || !('quorum' in state) || now >= state.quorum.deadline - lateBy;
    const hasBadLuck = this.cohorts.length < (this.#silentUntil.get(id) ?? 0);
    if (!isSilent && !hasBadLuck && isTime) await device.step().catch(() => {});
  }
}

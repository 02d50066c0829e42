import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Behaviour } from '../behaviour/behaviour.ts';
import type { DeviceFault } from '../behaviour/faults.ts';
import { type LossPhase, lossPhases } from '../behaviour/losses.ts';
import type { LoopbackLink } from './link.ts';

export interface MisconductPorts {
  readonly clock: Clock;
  readonly behaviour: Pick<Behaviour, 'silentAt' | 'faults'>;
  readonly events: Pick<CoordinatorEvents, 'on'>;
  /** Returns the number of a connected device. */
  readonly numberOf: (device: DeviceId) => number | undefined;
  /** Takes a device offline at once, for at least `ms`. */
  readonly leave: (device: number, ms: number) => void;
}

const phaseOf: Partial<Record<DeviceEvent, LossPhase>> = {
  keys: 'keys',
  shares: 'shares',
  agree: 'agreement',
  reveal: 'unmasking',
};

/** Injects the faults and losses of the devices' behaviour into the messages of each round. */
export class Misconduct {
  readonly #ports: MisconductPorts;
  #round = 0;
  #faults = new Map<number, DeviceFault>();

  constructor(ports: MisconductPorts) {
    this.#ports = ports;
    ports.events.on('round', state => {
      if (!('cohort' in state) || state.terms.number === this.#round) return;
      this.#round = state.terms.number;
      const cohort = state.cohort.members.flatMap(({ device }) => ports.numberOf(device) ?? []);
      this.#faults = new Map(ports.behaviour.faults(this.#round, cohort).map(fault => [fault.device, fault]));
    });
  }

  /** Wraps a device's link with its faults. */
  of(device: number, link: LoopbackLink): Transport {
    return {
      open: listener => link.open(listener),
      close: () => link.close(),
      download: (path, limit, signal) => link.download(path, limit, signal),
      request: async (event, frame) => {
        const phase = phaseOf[event];
        if (phase) await this.#befalls(device, phase, new AbortController().signal);
        return link.request(event, frame);
      },
      upload: async (path, rights, bytes, signal) => {
        await this.#befalls(device, 'updates', signal);
        return link.upload(path, rights, bytes, signal);
      },
    };
  }

  /** Resolves when a message may be sent; throws `server.unreachable` if it won't arrive. */
  async #befalls(device: number, phase: LossPhase, signal: AbortSignal): Promise<void> {
    const { clock, behaviour } = this.#ports;
    const fault = this.#faults.get(device);
    const hasFallenSilent =
      fault?.how === 'silent' && lossPhases.indexOf(fault.phase) <= lossPhases.indexOf(phase);
    if (hasFallenSilent || behaviour.silentAt(device, this.#round, phase))
      throw new MurmurationError('server.unreachable', 'This device was made to fall silent.');
    if (!fault || fault.how === 'silent' || fault.phase !== phase) return;
    // A fault hits only once: a retry goes through.
    this.#faults.delete(device);
    if (fault.how === 'leaves') {
      this.#ports.leave(device, fault.by);
      throw new MurmurationError('server.unreachable', 'This device was made to leave.');
    }
    await sleep(fault.by, clock, signal);
  }
}

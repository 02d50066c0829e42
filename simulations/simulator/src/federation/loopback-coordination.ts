import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { openCore } from '@murmuration/coordinator/assembly/core';
import { MomentActions } from '@murmuration/coordinator/assembly/moment-actions';
import { DeviceConnections } from '@murmuration/coordinator/devices/device-connections';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import { threadedCentralTrainer } from '@murmuration/lifecycle/central/central-trainer';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { countedAs } from '@murmuration/protocol/time/work';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { unmaskerPool } from '@murmuration/rounds/masking/unmasker';
import { Population } from '@murmuration/rounds/population/population';
import { type NoiseMaker, threadedNoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import type { Task } from '@murmuration/rounds/task/task';
import type { Stores } from '@murmuration/storage/storage';
import type { Behaviour } from '../behaviour/behaviour.ts';
import { LoopbackGateway } from '../loopback/gateway.ts';
import { LoopbackLink } from '../loopback/link.ts';
import { Misconduct } from '../loopback/misconduct.ts';
import { seededRandom } from '../random/seeded-random.ts';
import type { Coordination } from './coordination.ts';

export interface LoopbackSetup {
  readonly task: Task;
  readonly clock: VirtualClock;
  readonly seed: number;
  readonly storage: Stores;
  /** Random bytes for rounds. */
  readonly roundRandom: RandomBytes;
  readonly behaviour: Pick<Behaviour, 'transferMs' | 'silentAt' | 'faults'>;
  readonly events: CoordinatorEvents;
  readonly noise?: NoiseMaker | undefined;
  /** Number of devices. */
  readonly devices: number;
  /** Takes a device offline at once, for at least `ms`. */
  readonly leave: (device: number, ms: number) => void;
  readonly passed: (bytes: number, way: 'up' | 'down') => void;
}

/** Opens a coordinator in this process, on virtual time, that devices reach without a network. */
export async function loopbackCoordination(setup: LoopbackSetup): Promise<Coordination> {
  const { task, clock, seed, storage, roundRandom, behaviour, events, passed } = setup;
  const { limits, retention } = parseConfig({ openEnrolment: true, retention: { versions: 2 } });
  const population = new Population(storage.devices, async () => true, native, clock);
  await population.open();
  const connections = new DeviceConnections({
    clock,
    random: seededRandom(seed, 'challenges'),
    population,
    events,
    limits,
    frames: frameLengths([task]),
  });
  const gateway = new LoopbackGateway(connections, events);
  const unmasker = unmaskerPool();
  const noise = setup.noise ?? threadedNoiseMaker();
  const trainer = threadedCentralTrainer();
  const core = await openCore([task], {
    clock,
    random: roundRandom,
    jitter: seededRandom(seed, 'pace steering'),
    secrets: seededRandom(seed, 'noise'),
    storage,
    population,
    expected: setup.devices,
    channel: connections,
    unmasker: countedAs(clock.work, unmasker),
    noise: countedAs(clock.work, noise),
    trainer: countedAs(clock.work, trainer),
    events,
    moments: new MomentActions(events),
    limits,
    retention,
  });
  gateway.open(core);
  const links = new Map<number, LoopbackLink>();
  const misconduct = new Misconduct({
    clock,
    behaviour,
    events,
    leave: setup.leave,
    numberOf(id) {
      for (const [device, link] of links) if (link.device === id) return device;
      return undefined;
    },
  });
  return {
    url: 'http://loopback.localhost',
    events,
    rounds: core.rounds.get(task.name)!,
    storage,
    virtual: clock,
    transport: device => () => {
      const link = new LoopbackLink(gateway, clock, {
        transferMs: (bytes, way) => behaviour.transferMs(device, bytes, way),
        passed,
      });
      links.set(device, link);
      return misconduct.of(device, link);
    },
    cut(device) {
      links.get(device)?.cut();
      links.delete(device);
    },
    start: () => core.start(),
    pass: isOver => clock.run(isOver),
    async close() {
      const ended = core.suspend().then(() => core.close());
      let isOver = false;
      void ended.finally(() => {
        isOver = true;
      });
      await clock.run(() => isOver);
      await ended;
      await unmasker.close();
      await noise.close();
      await trainer.close();
    },
  };
}

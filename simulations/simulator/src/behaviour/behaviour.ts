import { DailyRhythm } from './availability.ts';
import { chance, chosen, normalChance } from './chance.ts';
import { lifeOf } from './churn.ts';
import { type DeviceFault, faultsOn } from './faults.ts';
import { type LossPhase, lossPhases, silencedAt } from './losses.ts';
import type { DeviceSettings } from './settings.ts';

/**
 * Behaviour of a run's devices: pure functions of the settings, the seed, the device (from 0), and the time
 * or the round (from 1). Times are ms since 1970 on the devices' clock, durations are ms.
 */
export interface Behaviour {
  /** Returns `time` if the device is online then, or the next time when it is; infinity: never again. */
  nextOnline(device: number, time: number): number;
  /** Returns the time when a device that is online at `time` goes offline. */
  onlineUntil(device: number, time: number): number;
  /** Returns how long training takes; `examples` counts each epoch separately. */
  trainingMs(device: number, round: number, examples: number): number;
  /** Returns how long it takes to send `bytes` to the coordinator (`up`) or from it. */
  transferMs(device: number, bytes: number, way: 'up' | 'down'): number;
  /** True if the device has fallen silent by that phase of the round: what it sends is lost. */
  silentAt(device: number, round: number, phase: LossPhase): boolean;
  /** Returns the faults that the settings ask for in a round with this cohort. */
  faults(round: number, cohort: readonly number[]): readonly DeviceFault[];
}

/** Default start of the devices' clock, ms since 1970. */
const BEGINNING = Date.UTC(2026, 0, 1);

/** Makes the behaviour from settings; `start` is when the run begins on the devices' clock. */
export function deviceBehaviour(
  settings: DeviceSettings,
  seed: number,
  start: number = BEGINNING,
): Behaviour {
  const { availability, speed, network, spread, losses, stragglers, churn, faults } = settings;
  const { halfNormalTraining: mean } = settings;
  const rhythm = availability.kind === 'diurnal' ? new DailyRhythm(availability, seed) : undefined;
  /** Returns a device's factor within its class, log-normal around 1. */
  const factor = (device: number, of: string) =>
    spread === 0 ? 1 : Math.exp(spread * normalChance(seed, of, device));
  const speeds = byDevice(
    device => chosen(speed, chance(seed, 'speed class', device)).examplesPerSecond * factor(device, 'speed'),
  );
  const networks = byDevice(device => {
    const { up, down, latency } = chosen(network, chance(seed, 'network class', device));
    const times = factor(device, 'network');
    return { up: up / times, down: down / times, latency: latency * times };
  });
  const lives = byDevice(device => {
    const { from, until } = lifeOf(churn, seed, device);
    return { from: start + from, until: start + until };
  });
  return {
    nextOnline(device, time) {
      const { from, until } = lives(device);
      const there = Math.max(time, from);
      const online = rhythm ? rhythm.nextOnline(device, there) : there;
      return online < until ? online : Number.POSITIVE_INFINITY;
    },
    onlineUntil(device, time) {
      const { until } = lives(device);
      return rhythm ? Math.min(until, rhythm.onlineUntil(device, time)) : until;
    },
    trainingMs(device, round, examples) {
      const isStraggler = stragglers.share > 0 && chance(seed, 'straggler', device, round) < stragglers.share;
      const usual =
        mean === null
          ? (1_000 * examples) / speeds(device)
          : mean * Math.sqrt(Math.PI / 2) * Math.abs(normalChance(seed, 'training', device, round));
      return usual * (isStraggler ? stragglers.slowdown : 1);
    },
    transferMs(device, bytes, way) {
      const { latency, [way]: bytesPerSecond } = networks(device);
      return latency + (1_000 * bytes) / bytesPerSecond;
    },
    silentAt(device, round, phase) {
      if (lossPhases.every(name => losses[name] === 0)) return false;
      const at = silencedAt(losses, seed, device, round);
      return at !== null && lossPhases.indexOf(at) <= lossPhases.indexOf(phase);
    },
    faults: (round, cohort) => faultsOn(faults, seed, round, cohort),
  };
}

/** Caches a device's properties, because every message asks for them. */
function byDevice<Value>(of: (device: number) => Value): (device: number) => Value {
  const known = new Map<number, Value>();
  return device => {
    const before = known.get(device);
    if (before !== undefined) return before;
    const value = of(device);
    known.set(device, value);
    return value;
  };
}

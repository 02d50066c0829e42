import { Timers } from '@murmuration/protocol/time/timers';
import { comeBackAfter } from '@murmuration/rounds/population/pacing';
import { DailyRhythm } from '@murmuration/simulations/behaviour/availability';
import { chance } from '@murmuration/simulations/behaviour/chance';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import type { CapacitySettings } from './settings.ts';

/** Events per second: mean over a day, and in its busiest hour. */
interface Rate {
  readonly mean: number;
  readonly peak: number;
}

/** Load of a fleet on a coordinator. */
export interface Demand {
  /** Devices per round. */
  readonly cohort: number;
  readonly checkIns: Rate;
  readonly contributions: Rate;
  /** Mean days between two parts of one device. */
  readonly daysBetweenParts: number;
}

const hour = 3_600_000;
const day = 24 * hour;
/** Maximum number of simulated devices; each stands for several devices of a larger fleet. */
const played = 10_000;
/** Days until the fleet has spread out, and days that count after them. */
const [spreading, counted] = [4, 2];

/**
 * Simulates a sample of the fleet on virtual time, with the coordinator's actual pace steering: a device
 * checks in when its time has come and it is online, takes part if the round still gathers, and gets a time
 * to come back. The results are scaled to `size`.
 * @param most maximum devices of the sample
 */
export function demandOf(size: number, settings: CapacitySettings, seed: number, most = played): Demand {
  const { interval, participation, availability } = settings;
  const sample = Math.min(size, most);
  const weight = size / sample;
  const cohort = Math.max(1, Math.round((size * interval) / participation));
  const timers = new Timers();
  const random = seededRandom(seed, `capacity ${size}`);
  const rhythm = availability.kind === 'diurnal' ? new DailyRhythm(availability, seed) : undefined;
  const hours = (spreading + counted) * 24;
  const [checkIns, parts] = [new Float64Array(hours), new Float64Array(hours)];
  // Accumulates fractions of a device for cohorts of less than one device of the sample.
  let [round, places] = [-1, 0];

  const come = (device: number, now: number) => {
    const at = Math.floor(now / hour);
    checkIns[at]! += 1;
    const current = Math.floor(now / interval);
    if (current > round) {
      places = Math.min(places, 1) + ((current - round) * cohort) / weight;
      round = current;
    }
    const isChosen = places >= 1;
    if (isChosen) {
      places -= 1;
      parts[at]! += 1;
    }
    const after = comeBackAfter(
      {
        untilNextRound: (current + 1) * interval - now,
        interval,
        population: size,
        connected: 0,
        cohortSize: cohort,
      },
      random,
    );
    schedule(device, now + after);
  };
  const schedule = (device: number, from: number) => {
    const time = rhythm?.nextOnline(device, from) ?? from;
    if (time < hours * hour) timers.add(time, () => come(device, time));
  };
  for (let device = 0; device < sample; device++)
    schedule(device, chance(seed, 'first check-in', device) * day);
  while (timers.size > 0) timers.take().wake();

  const rate = (events: Float64Array): Rate => {
    const last = events.subarray(spreading * 24);
    const perSecond = (count: number, span: number) => (1_000 * weight * count) / span;
    // Averages hours of the day, so that the peak doesn't depend on the noise of one hour.
    const ofDay = Array.from({ length: 24 }, (_, at) => (last[at]! + last[at + 24]!) / counted);
    return {
      mean: perSecond(
        last.reduce((sum, each) => sum + each, 0),
        counted * day,
      ),
      peak: perSecond(Math.max(...ofDay), hour),
    };
  };
  const contributions = rate(parts);
  return {
    cohort,
    checkIns: rate(checkIns),
    contributions,
    daysBetweenParts: size / (contributions.mean * 86_400),
  };
}

import { type Behaviour, deviceBehaviour } from '@murmuration/simulations/behaviour/behaviour';
import { lossPhases } from '@murmuration/simulations/behaviour/losses';
import { deviceSettings } from '@murmuration/simulations/behaviour/settings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);
const devices = Array.from({ length: 1_000 }, (_, device) => device);

const behave = (settings: z.input<typeof deviceSettings> = {}, seed = 1): Behaviour =>
  deviceBehaviour(deviceSettings.parse(settings), seed, start);

const shareOf = (holds: (device: number) => boolean) => devices.filter(holds).length / devices.length;

const anyHours = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 24, maxLength: 24 })
  .filter(byHour => byHour.some(share => share > 0.1));

describe('devices by default', () => {
  it('can always be reached, lose nothing, and take their time', () => {
    const { nextOnline, onlineUntil, silentAt, faults, trainingMs, transferMs } = behave({ spread: 0 });
    expect(nextOnline(3, start + 5)).toBe(start + 5);
    expect(onlineUntil(3, start)).toBe(Number.POSITIVE_INFINITY);
    expect(lossPhases.some(phase => silentAt(3, 1, phase))).toBe(false);
    expect(faults(1, devices)).toEqual([]);
    expect(trainingMs(3, 1, 200)).toBe(2_000);
    expect(transferMs(3, 1e6, 'up')).toBe(1_050);
    expect(transferMs(3, 1e6, 'down')).toBe(300);
  });
});

describe('devices with a daily rhythm', () => {
  it('can be reached when they say so, until they say, and not right after', () => {
    fc.assert(
      fc.property(anyHours, fc.nat(50), fc.nat(100 * hour), (byHour, device, span) => {
        const { nextOnline, onlineUntil } = behave({ availability: { kind: 'diurnal', byHour } });
        const online = nextOnline(device, start + span);
        expect(online).toBeGreaterThanOrEqual(start + span);
        expect(nextOnline(device, online)).toBe(online);
        const until = onlineUntil(device, online);
        expect(until).toBeGreaterThan(online);
        expect(nextOnline(device, until - 1)).toBe(until - 1);
        if (byHour.some(share => share < 0.9)) expect(nextOnline(device, until)).toBeGreaterThan(until);
      }),
    );
  });

  it('are as many in each hour as its share says', () => {
    const byHour = Array.from({ length: 24 }, (_, i) => (i === 3 ? 0 : i / 24));
    const { nextOnline } = behave({ availability: { kind: 'diurnal', byHour, spread: 0 } });
    for (const [i, share] of byHour.entries()) {
      const time = start + i * hour + hour / 2;
      expect(shareOf(device => nextOnline(device, time) === time)).toBeCloseTo(share, 1);
    }
    expect(devices.filter(device => nextOnline(device, start + 3 * hour) === start + 3 * hour)).toEqual([]);
  });

  it('come and go at moments of their own', () => {
    const { nextOnline } = behave({ availability: { kind: 'diurnal', spread: '6 h' } });
    const minutes = devices.map(device =>
      Math.floor((nextOnline(device, start + 12 * hour) % hour) / 60_000),
    );
    expect(new Set(minutes).size).toBe(60);
  });

  it('have to be there in some hour', () => {
    const byHour = new Array<number>(24).fill(0);
    expect(deviceSettings.safeParse({ availability: { kind: 'diurnal', byHour } }).success).toBe(false);
  });
});

describe('classes of devices', () => {
  it('have their shares, speeds and rates', () => {
    const { trainingMs, transferMs } = behave({
      spread: 0,
      speed: [
        { share: 3, examplesPerSecond: 100 },
        { share: 1, examplesPerSecond: 10 },
      ],
      network: [
        { share: 0.5, up: 1_000, down: 2_000, latency: 100 },
        { share: 0.5, up: 1e6, down: 1e6, latency: 0 },
      ],
    });
    expect(shareOf(device => trainingMs(device, 1, 10) === 1_000)).toBeCloseTo(0.25, 1);
    expect(shareOf(device => trainingMs(device, 1, 10) === 100)).toBeCloseTo(0.75, 1);
    expect(shareOf(device => transferMs(device, 1_000, 'up') === 1_100)).toBeCloseTo(0.5, 1);
    expect(shareOf(device => transferMs(device, 1_000, 'down') === 600)).toBeCloseTo(0.5, 1);
  });

  it('spread log-normally around their median, each device as fast in all rounds', () => {
    const { trainingMs } = behave({ spread: 0.5 });
    const logs = devices.map(device => Math.log(trainingMs(device, 1, 100) / 1_000));
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
    expect(mean).toBeCloseTo(0, 1);
    expect(deviation).toBeCloseTo(0.5, 1);
    expect(trainingMs(7, 1, 100)).toBe(trainingMs(7, 2, 100));
    expect(trainingMs(7, 1, 200)).toBeCloseTo(2 * trainingMs(7, 1, 100), 9);
  });

  it('have stragglers, other ones in each round', () => {
    const { trainingMs } = behave({ spread: 0, stragglers: { share: 0.2, slowdown: 7 } });
    const isSlow = (device: number, round: number) => trainingMs(device, round, 100) === 7_000;
    expect(shareOf(device => isSlow(device, 1))).toBeCloseTo(0.2, 1);
    expect(shareOf(device => isSlow(device, 1) && isSlow(device, 2))).toBeCloseTo(0.04, 1);
    expect(devices.every(device => isSlow(device, 1) || trainingMs(device, 1, 100) === 1_000)).toBe(true);
  });
});

describe('devices that fall silent', () => {
  const losses = { keys: 0.1, shares: 0.2, updates: 0.2, agreement: 0.1, unmasking: 0.1 };
  const { silentAt } = behave({ losses });

  it('do so in the share of each phase, and stay so in the later ones', () => {
    let before = 0;
    for (const phase of lossPhases) {
      const share = shareOf(device => silentAt(device, 4, phase));
      expect(share - before).toBeCloseTo(losses[phase], 1);
      before = share;
    }
    for (const device of devices) {
      const silences = lossPhases.map(phase => silentAt(device, 4, phase));
      expect(silences).toEqual(silences.toSorted((a, b) => Number(a) - Number(b)));
    }
  });

  it('are others in each round', () => {
    const both = shareOf(device => silentAt(device, 1, 'updates') && silentAt(device, 2, 'updates'));
    expect(both).toBeCloseTo(0.25, 1);
  });
});

describe('churn', () => {
  it('lets devices leave for good after their lives, with a median of ln 2 times the mean', () => {
    const { nextOnline, onlineUntil } = behave({ churn: { meanLife: '10 d' } });
    const lives = devices.map(device => onlineUntil(device, start) - start).sort((a, b) => a - b);
    expect(lives[500]! / (240 * hour * Math.LN2)).toBeGreaterThan(0.85);
    expect(lives[500]! / (240 * hour * Math.LN2)).toBeLessThan(1.15);
    const until = onlineUntil(3, start);
    expect(nextOnline(3, until - 1)).toBe(until - 1);
    expect(nextOnline(3, until)).toBe(Number.POSITIVE_INFINITY);
  });

  it('lets newcomers come one by one', () => {
    const { nextOnline } = behave({ churn: { newcomers: 0.5, arrivals: '10 d' } });
    const thereAt = (span: number) => shareOf(device => nextOnline(device, start + span) === start + span);
    expect(thereAt(0)).toBeCloseTo(0.5, 1);
    expect(thereAt(120 * hour)).toBeCloseTo(0.75, 1);
    expect(thereAt(240 * hour)).toBe(1);
  });

  it('keeps a device to its rhythm while it is there', () => {
    const { nextOnline, onlineUntil } = behave({
      availability: { kind: 'diurnal' },
      churn: { meanLife: '1 d', newcomers: 1, arrivals: '1 d' },
    });
    const alone = behave({ availability: { kind: 'diurnal' } });
    for (const device of devices) {
      const online = nextOnline(device, start);
      if (online === Number.POSITIVE_INFINITY) continue;
      expect(alone.nextOnline(device, online)).toBe(online);
      expect(onlineUntil(device, online)).toBeLessThanOrEqual(alone.onlineUntil(device, online));
    }
  });
});

describe('faults on demand', () => {
  const cohort = devices.slice(100, 120);

  it('hit as many devices of the cohort as the scenario asks for, each once, in their round alone', () => {
    const { faults } = behave({
      faults: [
        { round: 3, phase: 'keys', devices: 5 },
        { round: 3, phase: 'updates', devices: 4, how: 'late', by: '5 min' },
        { round: 4, phase: 'shares', devices: 50, how: 'leaves' },
      ],
    });
    const third = faults(3, cohort);
    expect(third.filter(({ phase, how }) => phase === 'keys' && how === 'silent').length).toBe(5);
    expect(third.filter(({ how, by }) => how === 'late' && by === 300_000).length).toBe(4);
    expect(new Set(third.map(({ device }) => device)).size).toBe(9);
    expect(third.every(({ device }) => cohort.includes(device))).toBe(true);
    expect(
      faults(4, cohort)
        .map(({ device }) => device)
        .sort((a, b) => a - b),
    ).toEqual(cohort);
    expect(faults(5, cohort)).toEqual([]);
    expect(faults(3, cohort.toReversed())).toEqual(third);
  });
});

it('everything follows from the seed, whoever asks first', () => {
  const settings: z.input<typeof deviceSettings> = {
    availability: { kind: 'diurnal' },
    losses: { updates: 0.5 },
    stragglers: { share: 0.5 },
    churn: { meanLife: '5 d', newcomers: 0.5 },
    faults: [{ round: 1, phase: 'keys', devices: 3 }],
  };
  const asked = (seed: number, order: readonly number[]) => {
    const behaviour = behave(settings, seed);
    const answers = order.map(
      device =>
        [
          device,
          [
            behaviour.nextOnline(device, start),
            behaviour.onlineUntil(device, start),
            behaviour.trainingMs(device, 1, 10),
            behaviour.transferMs(device, 10, 'up'),
            behaviour.silentAt(device, 1, 'updates'),
          ],
        ] as const,
    );
    return [Object.fromEntries(answers), behaviour.faults(1, devices)];
  };
  expect(asked(1, devices.toReversed())).toEqual(asked(1, devices));
  expect(asked(2, devices)).not.toEqual(asked(1, devices));
});

describe('half-normal times of training', () => {
  it('have the mean that is asked for, whatever the device and its examples', () => {
    const settings = deviceSettings.parse({ halfNormalTraining: '1 min' });
    const { trainingMs } = deviceBehaviour(settings, 1);
    const times = Array.from({ length: 4_000 }, (_, device) => trainingMs(device, 1, device % 7));
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    expect(mean / 60_000).toBeCloseTo(1, 1);
    // Of a half-normal distribution: the standard deviation is √(π/2 − 1) of the mean.
    const variance = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length;
    expect(Math.sqrt(variance) / mean).toBeCloseTo(Math.sqrt(Math.PI / 2 - 1), 1);
    expect(trainingMs(3, 1, 10)).toBe(trainingMs(3, 1, 600));
    expect(trainingMs(3, 1, 10)).not.toBe(trainingMs(3, 2, 10));
  });
});

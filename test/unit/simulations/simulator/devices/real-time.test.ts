import { deviceSettings } from '@murmuration/simulations/behaviour/settings';
import { requireRealTime } from '@murmuration/simulations/devices/real-time';
import { expect, it } from 'vitest';

it('takes devices that are always there and never fail, of any speed', () => {
  expect(() => requireRealTime(deviceSettings.parse({}))).not.toThrow();
  expect(() =>
    requireRealTime(deviceSettings.parse({ speed: [{ examplesPerSecond: 7 }], spread: 0 })),
  ).not.toThrow();
});

it.each([
  [{ availability: { kind: 'diurnal' } }, 'devices.availability'],
  [{ losses: { keys: 0.1 } }, 'devices.losses.keys'],
  [{ losses: { agreement: 0.1 } }, 'devices.losses.agreement'],
  [{ losses: { unmasking: 0.1 } }, 'devices.losses.unmasking'],
  [{ stragglers: { share: 0.1 } }, 'devices.stragglers.share'],
  [{ churn: { meanLife: '1 h' } }, 'devices.churn.meanLife'],
  [{ churn: { newcomers: 0.5 } }, 'devices.churn.newcomers'],
  [{ faults: [{ round: 1, phase: 'keys', devices: 1 }] }, 'devices.faults'],
])('refuses %j, which real time would ignore, by its name', (settings, name) => {
  expect(() => requireRealTime(deviceSettings.parse(settings))).toThrow(
    expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(name) }),
  );
});

it('names all of them', () => {
  const settings = deviceSettings.parse({ losses: { keys: 0.1, shares: 0.1 }, stragglers: { share: 0.2 } });
  expect(() => requireRealTime(settings)).toThrow(
    'so devices.losses.keys, devices.losses.shares, devices.stragglers.share would do nothing',
  );
});

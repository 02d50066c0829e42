import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { lossPhases } from './losses.ts';

const share = z.number().min(0).max(1);
/** Devices of so many shares are of that class. */
const ofAll = z.number().min(0).max(1_000_000).default(1);

export const availability = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('always') }),
  z.strictObject({
    kind: z.literal('diurnal'),
    /**
     * The share of devices that can be reached in each hour of their day, from midnight on. By default four times as many at night as at
     * noon, as Bonawitz et al. 2019 (§9) saw of phones that are idle, charging and on Wi-Fi.
     */
    byHour: z
      .array(share)
      .length(24)
      .refine(shares => shares.some(value => value > 0), 'expected an hour in which a device can be reached')
      .default([
        0.4, 0.4, 0.4, 0.4, 0.38, 0.33, 0.25, 0.18, 0.14, 0.11, 0.1, 0.1, 0.1, 0.1, 0.1, 0.11, 0.12, 0.14,
        0.17, 0.2, 0.25, 0.31, 0.36, 0.39,
      ]),
    /** Midnights of devices lie this far apart at most, as those of time zones do. */
    spread: duration.prefault('3 h'),
  }),
]);

const speedClass = z.strictObject({
  share: ofAll,
  /** Examples that the median device of the class trains on in a second, one epoch counted. */
  examplesPerSecond: z.number().positive().max(1e9),
});

const networkClass = z.strictObject({
  share: ofAll,
  /** Bytes a second from the device to the coordinator, and back. */
  up: z.number().positive().max(1e12),
  down: z.number().positive().max(1e12),
  /** One way, ms. */
  latency: z.number().min(0).max(60_000),
});

const fault = z.strictObject({
  /** The round in which it happens, from 1. */
  round: z.int().min(1).max(1_000_000_000),
  phase: z.enum(lossPhases),
  /** How many devices of the round's cohort. */
  devices: z.int().min(1).max(1_000_000),
  /**
   * `silent`: what they send from that phase on does not arrive. `leaves`: their connection ends as they are about to send, and is
   * back after the time `by`. `late`: what they send in that phase arrives later, `by`.
   */
  how: z.enum(['silent', 'leaves', 'late']).default('silent'),
  by: duration.prefault('1 min'),
});

/** How virtual devices behave, as plain data. By default all are alike, never fail, and can always be reached. */
export const deviceSettings = z
  .strictObject({
    availability: availability.prefault({ kind: 'always' }),
    speed: z
      .array(speedClass)
      .min(1)
      .max(100)
      .default([{ share: 1, examplesPerSecond: 100 }]),
    network: z
      .array(networkClass)
      .min(1)
      .max(100)
      .default([{ share: 1, up: 1e6, down: 4e6, latency: 50 }]),
    /** How far devices of one class lie apart in speed and network: the standard deviation of the logarithms. */
    spread: z.number().min(0).max(3).default(0.25),
    /** Share of the devices of each round that fall silent in a phase: nothing that they send from then on arrives. */
    losses: z
      .strictObject({
        keys: share.default(0),
        shares: share.default(0),
        updates: share.default(0),
        agreement: share.default(0),
        unmasking: share.default(0),
      })
      .prefault({}),
    /** The mean of a half-normal distribution from which each training's time is drawn, whatever the device and its examples; null: by its speed. */
    halfNormalTraining: duration
      .refine(mean => mean > 0, 'expected more than 0')
      .nullable()
      .prefault(null),
    /** Share of the devices of each round that train so many times slower than they otherwise do. */
    stragglers: z
      .strictObject({ share: share.default(0), slowdown: z.number().min(1).max(1_000_000).default(10) })
      .prefault({}),
    churn: z
      .strictObject({
        /** The mean time after which a device leaves for good, exponentially distributed; null: none leaves. */
        meanLife: duration
          .refine(life => life > 0, 'expected more than 0')
          .nullable()
          .prefault(null),
        /** Share of the devices that are not there at the beginning, and come one by one. */
        newcomers: share.default(0),
        /** When the last of the newcomers is there. */
        arrivals: duration.prefault('30 d'),
      })
      .prefault({}),
    faults: z.array(fault).max(10_000).default([]),
  })
  .prefault({});

export type DeviceSettings = z.output<typeof deviceSettings>;

import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { lossPhases } from './losses.ts';

const share = z.number().min(0).max(1);
/** Weight of a class of devices, relative to the other classes. */
const ofAll = z.number().min(0).max(1_000_000).default(1);

export const availability = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('always') }),
  z.strictObject({
    kind: z.literal('diurnal'),
    /**
     * Share of devices online in each hour of their day, from midnight on. The default has four times as many
     * at night as at noon, as Bonawitz et al. 2019 (§9) saw of phones that are idle, charging and on Wi-Fi.
     */
    byHour: z
      .array(share)
      .length(24)
      .refine(shares => shares.some(value => value > 0), 'expected an hour in which a device can be reached')
      .default([
        0.4, 0.4, 0.4, 0.4, 0.38, 0.33, 0.25, 0.18, 0.14, 0.11, 0.1, 0.1, 0.1, 0.1, 0.1, 0.11, 0.12, 0.14,
        0.17, 0.2, 0.25, 0.31, 0.36, 0.39,
      ]),
    /** Largest difference between the midnights of two devices, as between time zones. */
    spread: duration.prefault('3 h'),
  }),
]);

const speedClass = z.strictObject({
  share: ofAll,
  /** Examples per second that the median device of the class trains on, counting each epoch. */
  examplesPerSecond: z.number().positive().max(1e9),
});

const networkClass = z.strictObject({
  share: ofAll,
  /** Bytes per second to the coordinator (`up`) and from it (`down`). */
  up: z.number().positive().max(1e12),
  down: z.number().positive().max(1e12),
  /** One-way latency in ms. */
  latency: z.number().min(0).max(60_000),
});

const fault = z.strictObject({
  /** Round of the fault, from 1. */
  round: z.int().min(1).max(1_000_000_000),
  phase: z.enum(lossPhases),
  /** Number of devices of the round's cohort that it hits. */
  devices: z.int().min(1).max(1_000_000),
  /**
   * Kind of fault. `silent`: nothing that the device sends from that phase on arrives. `leaves`: its
   * connection ends when it is about to send; it is back after `by`. `late`: its message of that phase
   * arrives `by` later.
   */
  how: z.enum(['silent', 'leaves', 'late']).default('silent'),
  by: duration.prefault('1 min'),
});

/** Behaviour of virtual devices, as plain data. By default all are alike, always online, and never fail. */
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
    /** Standard deviation of log speed and log network times among devices of one class. */
    spread: z.number().min(0).max(3).default(0.25),
    /**
     * Share of each round's devices that fall silent in a phase: nothing that they send from then on arrives.
     */
    losses: z
      .strictObject({
        keys: share.default(0),
        shares: share.default(0),
        updates: share.default(0),
        agreement: share.default(0),
        unmasking: share.default(0),
      })
      .prefault({}),
    /**
     * Mean of a half-normal distribution of training times, independent of device and examples; null: time by
     * speed.
     */
    halfNormalTraining: duration
      .refine(mean => mean > 0, 'expected more than 0')
      .nullable()
      .prefault(null),
    /** Share of each round's devices that train `slowdown` times slower than usual. */
    stragglers: z
      .strictObject({ share: share.default(0), slowdown: z.number().min(1).max(1_000_000).default(10) })
      .prefault({}),
    churn: z
      .strictObject({
        /** Mean time after which a device leaves for good, exponentially distributed; null: none leaves. */
        meanLife: duration
          .refine(life => life > 0, 'expected more than 0')
          .nullable()
          .prefault(null),
        /** Share of devices that are absent at the start and arrive one by one. */
        newcomers: share.default(0),
        /** Time by which all newcomers have arrived. */
        arrivals: duration.prefault('30 d'),
      })
      .prefault({}),
    faults: z.array(fault).max(10_000).default([]),
  })
  .prefault({});

export type DeviceSettings = z.output<typeof deviceSettings>;

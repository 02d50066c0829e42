import { duration } from '@murmuration/protocol/time/duration';
import { availability } from '@murmuration/simulations/behaviour/settings';
import * as z from 'zod';

const price = z.number().min(0).max(1e6);

/** Settings of `capacity`, as plain data. */
export const capacitySettings = z
  .strictObject({
    /** Numbers of enrolled devices; each gets a plan. */
    sizes: z
      .array(z.int().min(1_000).max(1_000_000_000))
      .min(1)
      .max(10)
      .default([100_000, 1_000_000, 10_000_000]),
    /** Number of values in the shared model. */
    values: z.int().min(1).max(1_000_000_000).default(100_000),
    /** Mean time between two parts of a device, which determines the size of cohorts. */
    participation: duration.prefault('7 d'),
    /** Time between the beginnings of rounds. */
    interval: duration.prefault('10 min'),
    /** Time that a device of a round is connected. */
    round: duration.prefault('3 min'),
    /** Availability of devices; by default that of phones that charge at night. */
    availability: availability.prefault({ kind: 'diurnal' }),
    /** Longest wait of a request at the busiest hour, in 99 of 100 cases. */
    wait: duration.prefault('100 ms'),
    /** Maximum utilisation of processors then; the rest is reserve. */
    busy: z.number().gt(0).max(0.95).default(0.6),
    /** Prices in any currency. The defaults are round numbers: fill in those of your provider. */
    prices: z
      .strictObject({
        /** Price of a processor with its memory per hour. */
        coreHour: price.default(0.05),
        /** Price of a GiB that leaves the data centre. */
        egressGiB: price.default(0.08),
        /** Price per month of a database that takes `rowsPerDatabase` rows per second. */
        database: price.default(150),
        rowsPerDatabase: z.number().positive().max(1e9).default(5_000),
      })
      .prefault({}),
  })
  .prefault({});

export type CapacitySettings = z.output<typeof capacitySettings>;

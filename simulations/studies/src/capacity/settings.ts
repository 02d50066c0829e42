import { duration } from '@murmuration/protocol/time/duration';
import { availability } from '@murmuration/simulations/behaviour/settings';
import * as z from 'zod';

const price = z.number().min(0).max(1e6);

/** What `capacity` is asked about, as plain data. */
export const capacitySettings = z
  .strictObject({
    /** Enrolled devices, a plan for each number. */
    sizes: z
      .array(z.int().min(1_000).max(1_000_000_000))
      .min(1)
      .max(10)
      .default([100_000, 1_000_000, 10_000_000]),
    /** Numbers of the model that devices share. */
    values: z.int().min(1).max(1_000_000_000).default(100_000),
    /** How often a device takes part, by the size of the cohorts: once in this time, on average. */
    participation: duration.prefault('7 d'),
    /** Between the beginnings of rounds. */
    interval: duration.prefault('10 min'),
    /** How long a device of a round is connected. */
    round: duration.prefault('3 min'),
    /** When devices can be reached: a phone that charges at night, by default. */
    availability: availability.prefault({ kind: 'diurnal' }),
    /** ms that a request may wait at the busiest hour, in 99 of 100 cases. */
    wait: duration.prefault('100 ms'),
    /** How busy the processors may be then: what is left is for what nobody has planned. */
    busy: z.number().gt(0).max(0.95).default(0.6),
    /** Prices in a currency of your own. The defaults are round numbers: fill in those of your provider. */
    prices: z
      .strictObject({
        /** Of a processor for an hour, with its memory. */
        coreHour: price.default(0.05),
        /** Of a GiB that leaves the data centre. */
        egressGiB: price.default(0.08),
        /** Of a database that takes so many rows a second, for a month. */
        database: price.default(150),
        rowsPerDatabase: z.number().positive().max(1e9).default(5_000),
      })
      .prefault({}),
  })
  .prefault({});

export type CapacitySettings = z.output<typeof capacitySettings>;

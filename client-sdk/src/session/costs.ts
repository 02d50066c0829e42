import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';

/** By what the energy of a round is estimated; each is a constant of the model, and none is measured on the device. */
export interface EnergyModel {
  /** Of each byte that comes over the network; by default 1.1e-6, as Wi-Fi of Huang et al. 2012 (Table 4: 137.01 mW per Mbit/s). */
  readonly joulesPerByteDown: number;
  /** Of each byte that leaves; by default 2.27e-6, as Wi-Fi there (283.17 mW per Mbit/s). LTE there takes 3.5e-6, and 4.2e-7 down. */
  readonly joulesPerByteUp: number;
  /** Of a second of a processor's core; by default 2.2: the fastest core in Android's example of a power profile, 600 mA, at 3.7 V. */
  readonly watts: number;
}

export const defaultEnergy: EnergyModel = { joulesPerByteDown: 1.1e-6, joulesPerByteUp: 2.27e-6, watts: 2.2 };

/** Bytes of bodies: without headers, encryption and acknowledgements of the network, and without what never arrived whole. */
export interface CarriedBytes {
  /** Files of models, and of what plans name besides. */
  readonly model: number;
  /** The update, as often as it was sent. */
  readonly update: number;
  /** Messages of the round that came: the assignment, those of masking, and answers. */
  readonly heard: number;
  /** Messages of the round that left; neither check-ins nor the word that a device leaves. */
  readonly said: number;
}

/** What a round has cost this device, up to where its part ended. It stays on the device: nothing of it is sent. */
export interface RoundCosts {
  readonly task: TaskName;
  readonly round: RoundId;
  /** Rounds of a task count from 1. */
  readonly number: number;
  readonly bytes: CarriedBytes;
  /** Seconds of training and masking; 0 where the part ended before. */
  readonly cpuSeconds: number;
  /**
   * What these are. `process`: processor time of the whole process meanwhile, of all its threads, whatever they did. `worker`: the time for which
   * the worker was at it, by its own clock, since browsers tell no processor time. `elapsed`: the time until the result was there.
   */
  readonly cpuOf: 'process' | 'worker' | 'elapsed';
  /** Bytes of memory, at most, as far as they are known. */
  readonly memory: number;
  /** What these are. `process`: all that the process holds. `arrays`: weights, delta and update of the round, and nothing of what trains. */
  readonly memoryOf: 'process' | 'arrays';
  /** An estimate of the energy, J: bytes and seconds, each times a constant of `EnergyModel`. */
  readonly estimatedJoules: number;
}

/** The estimate: linear in what was carried and computed. */
export function estimatedJoules(
  { model, update, heard, said }: CarriedBytes,
  cpuSeconds: number,
  { joulesPerByteDown, joulesPerByteUp, watts }: EnergyModel,
): number {
  return (model + heard) * joulesPerByteDown + (update + said) * joulesPerByteUp + cpuSeconds * watts;
}

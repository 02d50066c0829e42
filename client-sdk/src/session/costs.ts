import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';

/** Constants of the energy estimate of a round; none is measured on the device. */
export interface EnergyModel {
  /**
   * Joules per byte received.
   * @default 1.1e-6: Wi-Fi of Huang et al. 2012 (Table 4: 137.01 mW per Mbit/s); their LTE takes 4.2e-7
   */
  readonly joulesPerByteDown: number;
  /**
   * Joules per byte sent.
   * @default 2.27e-6: Wi-Fi of Huang et al. 2012 (283.17 mW per Mbit/s); their LTE takes 3.5e-6
   */
  readonly joulesPerByteUp: number;
  /**
   * Watts of a processor core.
   * @default 2.2: fastest core in Android's example of a power profile, 600 mA at 3.7 V
   */
  readonly watts: number;
}

export const defaultEnergy: EnergyModel = { joulesPerByteDown: 1.1e-6, joulesPerByteUp: 2.27e-6, watts: 2.2 };

/** Bytes of bodies, without headers, encryption, network acknowledgements, and incomplete transfers. */
export interface CarriedBytes {
  /** Files of models, and other files that plans name. */
  readonly model: number;
  /** Updates, counted each time one was sent. */
  readonly update: number;
  /** Received messages of the round: the assignment, those of masking, and answers. */
  readonly heard: number;
  /** Sent messages of the round, without check-ins and `leave`. */
  readonly said: number;
}

/** Costs of a round for this device, up to the end of its part. They stay on the device. */
export interface RoundCosts {
  readonly task: TaskName;
  readonly round: RoundId;
  /** Number of the round in its task, from 1. */
  readonly number: number;
  readonly bytes: CarriedBytes;
  /** Seconds of training and masking; 0 if the part ended before. */
  readonly cpuSeconds: number;
  /**
   * Source of `cpuSeconds`. `process`: processor time of all threads of the process in that time, whatever
   * they did. `worker`: time for which the worker was busy, by its own clock, since browsers show no
   * processor time. `elapsed`: time until the result was there.
   */
  readonly cpuOf: 'process' | 'worker' | 'elapsed';
  /** Most bytes of memory in use, as far as known. */
  readonly memory: number;
  /**
   * Source of `memory`. `process`: the whole process. `arrays`: the round's weights,
   * delta and update, without the engine.
   */
  readonly memoryOf: 'process' | 'arrays';
  /** Estimated energy, J: bytes and seconds, each times a constant of `EnergyModel`. */
  readonly estimatedJoules: number;
}

/** Returns the estimate, J: linear in bytes and seconds. */
export function estimatedJoules(
  { model, update, heard, said }: CarriedBytes,
  cpuSeconds: number,
  { joulesPerByteDown, joulesPerByteUp, watts }: EnergyModel,
): number {
  return (model + heard) * joulesPerByteDown + (update + said) * joulesPerByteUp + cpuSeconds * watts;
}

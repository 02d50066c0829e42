import type { SocketBytes } from '../light-device.ts';

export type Order =
  | {
      readonly do: 'connect';
      readonly url: string;
      readonly devices: number;
      readonly token: string;
      /** Seed of the enrolment authority's key, where there is one. */
      readonly authority: Uint8Array | undefined;
    }
  | {
      readonly do: 'take-part';
      readonly task: string;
      /** Devices that rounds want, of those there are, at cells that the front names; left out where all are in a round here. */
      readonly wanted?: number;
      /** Devices of a part of such a round, at least. */
      readonly smallestPart?: number;
    }
  | { readonly do: 'close' };

/**
 * The parts of a round as a device sees them, each with all that it sends and hears in it. The model, the upload (headers and
 * answers) and its vector go over HTTP, all others over the WebSocket.
 */
export const parts = [
  'checkIn',
  'keys',
  'shares',
  'updates',
  'model',
  'upload',
  'vector',
  'agreement',
  'unmasking',
  'end',
] as const;
export type Part = (typeof parts)[number];
export type PartBytes = Record<Part, SocketBytes>;
export const socketParts = parts.filter(part => !['model', 'upload', 'vector'].includes(part));

export interface TookPart {
  readonly outcomes: Readonly<Record<string, number>>;
  /** The elements of all updates that were taken, added up; the weight is the last one. */
  readonly sum: Int32Array;
  readonly contributors: number;
  /** What each device moved over its sockets. */
  readonly bytes: readonly PartBytes[];
  readonly cpuSeconds: number;
}

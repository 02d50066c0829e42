import type { DeviceEvent } from './channel.ts';

/** Where a connection over plain HTTP is opened. */
export const connectionsPath = '/v1/connections';

/** The connection whose token a request brings: it is ended there, and has its requests and messages below. */
export const connectionPath = '/v1/connection';

/** Where the frame of a device's event is posted; `application/octet-stream`. */
export function requestPath(event: DeviceEvent): string {
  return `${connectionPath}/${event}`;
}

/** Where the next message of the coordinator is polled. */
export const messagesPath = `${connectionPath}/messages`;

/** The token of a connection, in the answer that opens it. */
export const connectionHeader = 'Murmuration-Connection';
/** The event and the number of a message. */
export const eventHeader = 'Murmuration-Event';
export const numberHeader = 'Murmuration-Number';
/** The number of the newest message. */
export const newestHeader = 'Murmuration-Newest';
/** `1` where more may come: the device waits for an assignment, or has a part in a round; else `0`. */
export const expectsHeader = 'Murmuration-Expects';

/** The header of a request that may be sent again: the same key, and the same answer. */
export const keyHeader = 'Idempotency-Key';

/** Longest wait of a poll, s: proxies give up on an answer after 30 or more. */
export const longestPoll = 25;

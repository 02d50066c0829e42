import type { DeviceEvent } from './channel.ts';

/** Path to open a connection over plain HTTP. */
export const connectionsPath = '/v1/connections';

/**
 * Path of the connection whose token a request brings: DELETE ends it, and its requests and messages are
 * below.
 */
export const connectionPath = '/v1/connection';

/** Path to which a device posts the frame of an event, as `application/octet-stream`. */
export function requestPath(event: DeviceEvent): string {
  return `${connectionPath}/${event}`;
}

/** Path to poll for the coordinator's next message. */
export const messagesPath = `${connectionPath}/messages`;

/** Token of a connection, in the answer that opens it. */
export const connectionHeader = 'Murmuration-Connection';
/** Event and number of a message. */
export const eventHeader = 'Murmuration-Event';
export const numberHeader = 'Murmuration-Number';
/** Number of the newest message. */
export const newestHeader = 'Murmuration-Newest';
/** `1` if more may come: the device waits for an assignment, or has a part in a round; else `0`. */
export const expectsHeader = 'Murmuration-Expects';

/** Header of a request that may be repeated: the same key gets the same answer. */
export const keyHeader = 'Idempotency-Key';

/** Maximum wait of a poll, s: proxies give up on an answer after 30 or more. */
export const longestPoll = 25;

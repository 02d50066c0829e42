import type { Rate } from '@murmuration/protocol/time/rates';
import * as z from 'zod';

const count = (most: number) => z.int().min(1).max(most);
const perSecond = z.number().positive().max(10_000_000);

/**
 * Limits of the coordinator. An address is an IPv4 address, or the first 64 bits of an IPv6 address; many
 * devices may share one.
 */
const limitSettings = z.strictObject({
  /**
   * Most connections, of devices and of HTTP; as many of devices over plain HTTP, with or without a request
   * under way. A tenth may be from devices before their hello.
   * @default 20_000
   */
  connections: count(1_000_000).default(20_000),
  /** Most connections of one address. Half may be from devices before their hello. @default 2_000 */
  connectionsPerAddress: count(1_000_000).default(2_000),
  /**
   * HTTP requests of one address per second in the long run, including uploads; a request for a long list
   * counts as several. Five times as many may come at once. Its devices may send twice as many messages.
   * @default 2_000
   */
  requestsPerAddress: perSecond.default(2_000),
  /**
   * Enrolments of one address per second in the long run. Forty times as many may come at once.
   * @default 50
   */
  enrolmentsPerAddress: perSecond.default(50),
  /**
   * Most bytes of the uploads that are read at the same time; a single one may have more. There may be as
   * many uploads as these are MiB.
   * @default 256 * 2 ** 20
   */
  uploadBytes: count(2 ** 40).default(256 << 20),
});

/** Schema of `limits` of a configuration; gives all limits, also those that it has no setting for. */
export const limitsSchema = limitSettings.transform(limitsOf).prefault({});

export type Limits = ReturnType<typeof limitsOf>;

function limitsOf(settings: z.output<typeof limitSettings>) {
  const { connections, connectionsPerAddress, requestsPerAddress, enrolmentsPerAddress } = settings;
  return {
    connections,
    connectionsPerAddress,
    /** Most connections of devices before their hello: of sockets, and as many again of plain HTTP. */
    strangers: Math.ceil(connections / 10),
    strangersPerAddress: Math.ceil(connectionsPerAddress / 2),
    /** Most connections of devices over plain HTTP. */
    polled: connections,
    polledPerAddress: connectionsPerAddress,
    /** Milliseconds from the opening of a connection to its hello, and to the end of a request's headers. */
    handshake: 15_000,
    /** Most messages, or requests, of one connection that wait for their answers. */
    inFlight: 16,
    /** Messages of one device; a round under masking takes a handful. */
    messages: rate(16, 4),
    messagesPerAddress: rate(2 * requestsPerAddress, 5),
    dashboards: 200,
    dashboardsPerAddress: 100,
    requestsPerAddress: rate(requestsPerAddress, 5),
    enrolmentsPerAddress: rate(enrolmentsPerAddress, 40),
    /** Most uploads that are read at the same time; updates are mostly shorter than a MiB. */
    uploads: Math.ceil(settings.uploadBytes / 2 ** 20),
    uploadBytes: settings.uploadBytes,
    /** Most predictions for devices that wait at the same time. */
    predictions: 64,
    /** Predictions for one device; a keyboard asks for some while a person types. */
    predictionsPerDevice: rate(4, 4),
    /**
     * Slowest transfer, bytes a second: the body of a request brings at least this in each stretch of
     * `patience`, and an answer is read at least this fast in each stretch in which that makes a block of 64
     * KiB.
     */
    slowest: 2_048,
    /** Milliseconds of the stretch in which `slowest` is measured. */
    patience: 10_000,
    /** Most bytes buffered for a device that doesn't read them. */
    outgoing: 4 << 20,
  };
}

/** Returns a rate that lets `factor` times as many come at once, one at least. */
function rate(perSecond: number, factor: number): Rate {
  return { burst: Math.max(1, Math.round(factor * perSecond)), perSecond };
}

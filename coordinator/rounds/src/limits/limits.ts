import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';

const count = (most: number) => z.int().min(1).max(most);

/** Schema of a token bucket: `burst` at once, `perSecond` in the long run. */
const rate = (burst: number, perSecond: number) =>
  z
    .strictObject({
      burst: count(10_000_000).default(burst),
      perSecond: z.number().positive().max(10_000_000).default(perSecond),
    })
    .prefault({});

/**
 * Limits of the coordinator. An address is an IPv4 address, or the first 64 bits of an IPv6 address; many
 * devices may share one.
 */
export const limitsSchema = z
  .strictObject({
    /** Most connections, of devices and of HTTP. @default 20_000 */
    connections: count(1_000_000).default(20_000),
    /** Most connections of one address. @default 2_000 */
    connectionsPerAddress: count(1_000_000).default(2_000),
    /**
     * Most connections of devices before their hello: of sockets, and as many again of plain HTTP.
     * @default 2_000
     */
    strangers: count(1_000_000).default(2_000),
    /** Most connections of one address before their hello. @default 1_000 */
    strangersPerAddress: count(1_000_000).default(1_000),
    /** Most connections of devices over plain HTTP, with or without a request under way. @default 20_000 */
    polled: count(1_000_000).default(20_000),
    /** Most connections over plain HTTP of one address. @default 2_000 */
    polledPerAddress: count(1_000_000).default(2_000),
    /**
     * Time from the opening of a connection to its hello, and to the end of a request's headers.
     * @default '15 s'
     */
    handshake: duration.pipe(z.int().min(1)).default(15_000),
    /** Most messages, or requests, of one connection that wait for their answers. @default 16 */
    inFlight: count(10_000).default(16),
    /** Rate of messages of one device. @default { burst: 64, perSecond: 16 } */
    messages: rate(64, 16),
    /** Rate of messages of all devices of one address. @default { burst: 20_000, perSecond: 4_000 } */
    messagesPerAddress: rate(20_000, 4_000),
    /** Most open dashboards. @default 200 */
    dashboards: count(10_000).default(200),
    /** Most open dashboards of one address. @default 100 */
    dashboardsPerAddress: count(10_000).default(100),
    /**
     * Rate of HTTP requests of one address, including uploads; a request for a long list counts as several.
     * @default { burst: 10_000, perSecond: 2_000 }
     */
    requestsPerAddress: rate(10_000, 2_000),
    /** Rate of enrolments of one address. @default { burst: 2_000, perSecond: 50 } */
    enrolmentsPerAddress: rate(2_000, 50),
    /** Rate of attempts of one address to sign in to the dashboard. @default { burst: 20, perSecond: 0.2 } */
    signInsPerAddress: rate(20, 0.2),
    /** Most uploads that are read at the same time. @default 256 */
    uploads: count(1_000_000).default(256),
    /** Most bytes of these uploads; a single one may have more. @default 256 * 2 ** 20 */
    uploadBytes: count(2 ** 40).default(256 << 20),
    /** Most predictions for devices that wait at the same time. @default 64 */
    predictions: count(1_000_000).default(64),
    /** Rate of predictions for one device. @default { burst: 16, perSecond: 4 } */
    predictionsPerDevice: rate(16, 4),
    /**
     * Slowest transfer, bytes a second: the body of a request brings at least this in each stretch of
     * `patience`, and an answer is read at least this fast in each stretch in which that makes a block of 64
     * KiB.
     * @default 2_048
     */
    slowest: count(2 ** 30).default(2_048),
    /** Length of the stretch of time in which `slowest` is measured. @default '10 s' */
    patience: duration.pipe(z.int().min(1)).default(10_000),
    /** Most bytes buffered for a device that doesn't read them. @default 4 * 2 ** 20 */
    outgoing: count(2 ** 30).default(4 << 20),
  })
  .prefault({});

export type Limits = z.output<typeof limitsSchema>;

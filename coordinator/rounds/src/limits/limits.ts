import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';

const count = (most: number) => z.int().min(1).max(most);

/** `burst` at once, `perSecond` in the long run. */
const rate = (burst: number, perSecond: number) =>
  z
    .strictObject({
      burst: count(10_000_000).default(burst),
      perSecond: z.number().positive().max(10_000_000).default(perSecond),
    })
    .prefault({});

/**
 * What the coordinator takes at most. An address is an IPv4 address, or the first 64 bits of an IPv6 address; many devices may
 * share one.
 */
export const limitsSchema = z
  .strictObject({
    /** Connections, of devices and of HTTP. @default 20_000 */
    connections: count(1_000_000).default(20_000),
    /** Connections of one address. @default 2_000 */
    connectionsPerAddress: count(1_000_000).default(2_000),
    /** Devices' connections that have not said hello, of sockets and as many of plain HTTP. @default 2_000 */
    strangers: count(1_000_000).default(2_000),
    /** The same, of one address. @default 1_000 */
    strangersPerAddress: count(1_000_000).default(1_000),
    /** Devices' connections over plain HTTP, whether or not a request of them is under way. @default 20_000 */
    polled: count(1_000_000).default(20_000),
    /** The same, of one address. @default 2_000 */
    polledPerAddress: count(1_000_000).default(2_000),
    /** From the opening of a connection to its hello, and to the end of the headers of a request. @default '15 s' */
    handshake: duration.pipe(z.int().min(1)).default(15_000),
    /** Messages, or requests, of one connection that wait for their answers. @default 16 */
    inFlight: count(10_000).default(16),
    /** Messages of one device. @default { burst: 64, perSecond: 16 } */
    messages: rate(64, 16),
    /** Messages of all devices of one address. @default { burst: 20_000, perSecond: 4_000 } */
    messagesPerAddress: rate(20_000, 4_000),
    /** Dashboards that are open. @default 200 */
    dashboards: count(10_000).default(200),
    /** The same, of one address. @default 100 */
    dashboardsPerAddress: count(10_000).default(100),
    /** HTTP requests of one address, uploads among them; a request for a long list counts as several. @default { burst: 10_000, perSecond: 2_000 } */
    requestsPerAddress: rate(10_000, 2_000),
    /** Enrolments of one address. @default { burst: 2_000, perSecond: 50 } */
    enrolmentsPerAddress: rate(2_000, 50),
    /** Attempts of one address to sign in to the dashboard. @default { burst: 20, perSecond: 0.2 } */
    signInsPerAddress: rate(20, 0.2),
    /** Uploads that are read at the same time. @default 256 */
    uploads: count(1_000_000).default(256),
    /** Bytes of these uploads; a single one may have more. @default 256 * 2 ** 20 */
    uploadBytes: count(2 ** 40).default(256 << 20),
    /** Predictions for devices that wait at the same time. @default 64 */
    predictions: count(1_000_000).default(64),
    /** Predictions for one device. @default { burst: 16, perSecond: 4 } */
    predictionsPerDevice: rate(16, 4),
    /**
     * Bytes a second that the body of a request brings at least, in each stretch of `patience`, and that are read of an answer, in each
     * stretch in which that makes a block of 64 KiB.
     * @default 2_048
     */
    slowest: count(2 ** 30).default(2_048),
    /** The stretch of time in which `slowest` is measured. @default '10 s' */
    patience: duration.pipe(z.int().min(1)).default(10_000),
    /** Bytes that are kept for a device that does not read them. @default 4 * 2 ** 20 */
    outgoing: count(2 ** 30).default(4 << 20),
  })
  .prefault({});

export type Limits = z.output<typeof limitsSchema>;

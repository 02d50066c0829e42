/** Costs of one device to a coordinator, as benchmarks measured them. */
export interface Costs {
  /** CPU ms of a check-in by plain HTTP, including opening and closing a connection. */
  readonly checkInMs: number;
  /** CPU ms of a masked contribution, without the work on each value of its update. */
  readonly contributionMs: number;
  /** CPU ns of one value of a masked update. */
  readonly valueNs: number;
  /** Requests and messages of a masked contribution. */
  readonly messages: number;
  /** Bytes of all messages of a masked contribution, without model and update: to the device, and from it. */
  readonly messagesDown: number;
  readonly messagesUp: number;
  /** Bytes of a check-in by plain HTTP, including headers: to the device, and from it. */
  readonly checkInDown: number;
  readonly checkInUp: number;
  /** Bytes per value: of the model to the device, and of the masked update from it. */
  readonly valueDown: number;
  readonly valueUp: number;
  /**
   * Rows that a masked contribution writes to PostgreSQL, their transactions, and bytes of the write-ahead
   * log.
   */
  readonly rows: number;
  readonly transactions: number;
  readonly logBytes: number;
  /** Bytes of memory of a connection, and of a process without any. */
  readonly connectionBytes: number;
  readonly processBytes: number;
}

/**
 * Measurements on the benchmark machine: `connections` (check-ins, memory of a connection), `rounds
 * --postgresql` (contributions, bytes, writes), `secagg` (values) and `edge` (a process). A test compares
 * them with the published figures.
 */
export const measured: Costs = {
  checkInMs: 1.5,
  contributionMs: 9.23,
  valueNs: 19.7,
  messages: 10,
  messagesDown: 42_067,
  messagesUp: 14_148,
  checkInDown: 2_750,
  checkInUp: 891,
  valueDown: 4.23,
  valueUp: 2.26,
  rows: 133.2,
  transactions: 5.771,
  logBytes: 138_100,
  connectionBytes: 21.2 * 1_024,
  processBytes: 218.2e6,
};

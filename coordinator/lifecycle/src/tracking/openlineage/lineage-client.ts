import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { TrackingRefusal } from '../refusal.ts';
import { type TrackingAddress, TrackingHttp } from '../tracking-http.ts';
import type { LineageEvent } from './run-event.ts';

const lineagePath = '/api/v1/lineage';

/** Posts events to an OpenLineage server, one per request. */
export class LineageClient {
  readonly #http: TrackingHttp;

  constructor(address: TrackingAddress, clock: Clock, stop: AbortSignal) {
    this.#http = new TrackingHttp('OpenLineage', address, clock, stop);
  }

  /**
   * Posts an event. Throws `server.unreachable` for temporary failures, and `TrackingRefusal` for an event
   * that the server refuses.
   */
  async post(event: LineageEvent): Promise<void> {
    try {
      await this.#http.send('POST', lineagePath, JSON.stringify(event));
    } catch (error) {
      if (!(error instanceof TrackingRefusal)) throw error;
      const { code, status, message } = error;
      // These statuses don't refuse an event: another service listens there, or the address is wrong.
      if (status === 404 || status === 405)
        throw new MurmurationError(
          'server.unreachable',
          `Nothing takes events at ${lineagePath} of the OpenLineage server.`,
        );
      const { eventType, eventTime, run, job } = event;
      throw new TrackingRefusal(
        code,
        `The OpenLineage server does not take ${eventType} of ${eventTime} of run ${run.runId} of ${job.name}: ${message}`,
        status,
      );
    }
  }
}

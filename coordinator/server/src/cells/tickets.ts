import { createHmac, timingSafeEqual } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { longestTicket } from '@murmuration/protocol/messages/check-in';
import * as z from 'zod';

/**
 * Milliseconds for which a cell accepts a ticket, including the way to the cell and half a minute of clock
 * difference.
 */
export const ticketLasts = 120_000;
/** Milliseconds for which a front accepts a ticket that a device brings back; no round is longer. */
const knownFor = 24 * 3_600_000;

/** Content of a ticket. */
const content = z.strictObject({
  task: z.string(),
  device: z.string(),
  cell: z.string(),
  /** Expiry time, in ms since 1970. */
  expires: z.number(),
});

/** Device and task that a ticket is for. */
export interface TicketHolder {
  readonly task: TaskName;
  readonly device: DeviceId;
}

/**
 * Tickets that fronts issue and cells check: they state who may check in for which task at which cell, and
 * until when, signed by HMAC-SHA256 with the key that fronts and cells share. A ticket proves nothing to the
 * device, which does not rely on its content.
 */
export class Tickets {
  readonly #key: Uint8Array;

  /** `key`: 32 bytes, known only to fronts and cells. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Issues a ticket to a cell at `now`, in ms since 1970. */
  issue({ task, device }: TicketHolder, cell: string, now: number): string {
    const said = Buffer.from(JSON.stringify({ task, device, cell, expires: now + ticketLasts }));
    return `${said.toString('base64url')}.${this.#sign(said).toString('base64url')}`;
  }

  /**
   * Throws `ticket.refused` unless this is a ticket of this device for this task and cell that is valid at
   * `now`.
   */
  require(ticket: string | undefined, { task, device }: TicketHolder, cell: string, now: number): void {
    const said = this.#read(ticket);
    const fits = said?.task === task && said.device === device && said.cell === cell;
    if (!fits || now >= said.expires) throw new MurmurationError('ticket.refused');
  }

  /** True if a front issued this ticket to the device for this task within a day, for any cell. */
  isKnown(ticket: string | undefined, { task, device }: TicketHolder, now: number): boolean {
    const said = this.#read(ticket);
    return said?.task === task && said.device === device && now < said.expires + knownFor;
  }

  #read(ticket: string | undefined): z.infer<typeof content> | undefined {
    if (ticket === undefined || ticket.length > longestTicket) return undefined;
    const [said = '', signature = ''] = ticket.split('.').map(part => Buffer.from(part, 'base64url'));
    const expected = this.#sign(Buffer.from(said));
    if (signature.length !== expected.length || !timingSafeEqual(Buffer.from(signature), expected))
      return undefined;
    return content.parse(JSON.parse(said.toString()));
  }

  #sign(said: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update('murmuration/ticket ').update(said).digest();
  }
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { longestTicket } from '@murmuration/protocol/messages/check-in';
import * as z from 'zod';

/** ms for which a cell takes a ticket: the way to the cell, and clocks that differ by half a minute. */
export const ticketLasts = 120_000;
/** ms for which a front goes by one that a device brings back: no round is longer. */
const knownFor = 24 * 3_600_000;

/** What a ticket says. */
const content = z.strictObject({
  task: z.string(),
  device: z.string(),
  cell: z.string(),
  /** ms since 1970. */
  expires: z.number(),
});

/** For whom a ticket is, and of which task. */
export interface TicketHolder {
  readonly task: TaskName;
  readonly device: DeviceId;
}

/**
 * What fronts give to devices and cells take: who may check in for which task at which cell, and until when, signed by HMAC-SHA256 with the key
 * that they share. It proves nothing to the device, which relies on no word of it.
 */
export class Tickets {
  readonly #key: Uint8Array;

  /** `key`: 32 bytes that only fronts and cells know. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** A ticket to a cell, given out at `now`, ms since 1970. */
  issue({ task, device }: TicketHolder, cell: string, now: number): string {
    const said = Buffer.from(JSON.stringify({ task, device, cell, expires: now + ticketLasts }));
    return `${said.toString('base64url')}.${this.#sign(said).toString('base64url')}`;
  }

  /** Throws `ticket.refused` for what is no ticket of this device for this task and cell that is good at `now`. */
  require(ticket: string | undefined, { task, device }: TicketHolder, cell: string, now: number): void {
    const said = this.#read(ticket);
    const fits = said?.task === task && said.device === device && said.cell === cell;
    if (!fits || now >= said.expires) throw new MurmurationError('ticket.refused');
  }

  /** Whether a front gave this to the device for this task, within a day, wherever the task was then. */
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

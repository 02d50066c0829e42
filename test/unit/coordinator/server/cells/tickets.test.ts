import { createHmac } from 'node:crypto';
import { type TicketHolder, Tickets, ticketLasts } from '@murmuration/coordinator/cells/tickets';
import { longestTicket } from '@murmuration/protocol/messages/check-in';
import { describe, expect, it } from 'vitest';

const tickets = new Tickets(new Uint8Array(32).fill(1));
const cell = 'https://cell-1.learn.example.org';
const holder = { task: 'keyboard', device: 'AAAAAAAAAAAAAAAAAAAAAA' } as TicketHolder;
const refused = expect.objectContaining({ code: 'ticket.refused' });
const tried = (ticket: string | undefined, change: Partial<TicketHolder> = {}, at = cell, now = 1_000) => {
  try {
    tickets.require(ticket, { ...holder, ...change }, at, now);
    return 'taken';
  } catch (error) {
    return error;
  }
};

describe('TK2: a ticket', () => {
  const ticket = tickets.issue(holder, cell, 1_000);

  it('is taken for its device, task and cell, until it expires, whichever clock is half a minute off', () => {
    expect(tried(ticket)).toBe('taken');
    expect(tried(ticket, {}, cell, 1_000 - 30_000)).toBe('taken');
    expect(tried(ticket, {}, cell, 1_000 + ticketLasts - 1)).toBe('taken');
    expect(ticketLasts).toBeGreaterThan(2 * 30_000);
    expect(tried(ticket, {}, cell, 1_000 + ticketLasts)).toEqual(refused);
  });

  it('is refused to another device, for another task, and at another cell', () => {
    expect(tried(ticket, { device: 'BAAAAAAAAAAAAAAAAAAAAA' as TicketHolder['device'] })).toEqual(refused);
    expect(tried(ticket, { task: 'digits' as TicketHolder['task'] })).toEqual(refused);
    expect(tried(ticket, {}, 'https://cell-2.learn.example.org')).toEqual(refused);
  });

  it('is refused where it is missing, forged, or changed in any character', () => {
    expect(tried(undefined)).toEqual(refused);
    for (const text of ['', '.', 'a.b', 'a'.repeat(longestTicket + 1), `${ticket}.`.slice(1)])
      expect(tried(text)).toEqual(refused);
    const other = new Tickets(new Uint8Array(32).fill(2)).issue(holder, cell, 1_000);
    expect(tried(other)).toEqual(refused);
    const [said = '', signature = ''] = ticket.split('.');
    const later = Buffer.from(
      Buffer.from(said, 'base64url').toString().replace('"expires":1', '"expires":9'),
    ).toString('base64url');
    expect(tried(`${later}.${signature}`)).toEqual(refused);
    for (let at = 0; at < said.length; at += 7) {
      const changed = said.slice(0, at) + (said[at] === 'A' ? 'B' : 'A') + said.slice(at + 1);
      expect(tried(`${changed}.${signature}`)).toEqual(refused);
    }
  });

  it('is an HMAC-SHA256 over what it says, so that fronts and cells of other versions agree', () => {
    const [said = '', signature] = ticket.split('.');
    const bytes = Buffer.from(said, 'base64url');
    expect(JSON.parse(bytes.toString())).toEqual({ ...holder, cell, expires: 1_000 + ticketLasts });
    const digest = createHmac('sha256', Buffer.alloc(32, 1))
      .update('murmuration/ticket ')
      .update(bytes)
      .digest();
    expect(signature).toBe(digest.toString('base64url'));
  });

  it('has room for the longest names', () => {
    const longest = tickets.issue(
      { ...holder, task: 'a'.repeat(63) as TicketHolder['task'] },
      `https://${'c'.repeat(120)}`,
      253_402_300_799_999,
    );
    expect(longest.length).toBeLessThanOrEqual(longestTicket);
  });

  it('TK3: leads its device on for a day where the task has another cell, and nobody else', () => {
    const aDay = 24 * 3_600_000;
    expect(tickets.isKnown(ticket, holder, 1_000 + aDay)).toBe(true);
    expect(tickets.isKnown(ticket, holder, 1_000 + ticketLasts + aDay)).toBe(false);
    expect(tickets.isKnown(ticket, { ...holder, task: 'digits' as TicketHolder['task'] }, 1_000)).toBe(false);
    expect(tickets.isKnown(undefined, holder, 1_000)).toBe(false);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import type { Caller } from '@murmuration/coordinator/devices/caller';
import { frameLengths } from '@murmuration/coordinator/devices/frame-lengths';
import { type DeviceRequests, requestHandlers } from '@murmuration/coordinator/devices/request-handlers';
import { hashPattern, idPattern, taskNamePattern } from '@murmuration/protocol/ids/ids';
import { coordinatorEvents, type DeviceEvent, deviceEvents } from '@murmuration/protocol/messages/channel';
import { encodeFrame, maxFrameLength } from '@murmuration/protocol/messages/frame';
import { duration, time } from '@murmuration/protocol/messages/scalars';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { valuesTask } from '../../coordinator/server/federation.ts';
import { rowsUnder, spec } from './document.ts';
import { exampleOf, fieldForms, formOf, isMessage, partsOf } from './field-forms.ts';

const folder = new URL('../../../../protocol/src/messages/', import.meta.url);
const kebab = (name: string) => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
const unquoted = (cell: string) => cell.replaceAll('`', '');
const eventRows = rowsUnder('Events').map(cells => cells.map(unquoted));

/** Every message that the protocol has a schema for, by its name in SPEC.md; parts of others are listed with these. */
async function readMessages(): Promise<Map<string, z.ZodMiniType>> {
  const modules: Record<string, unknown>[] = await Promise.all(
    readdirSync(folder).map(file => import(`@murmuration/protocol/messages/${file.replace('.ts', '')}`)),
  );
  const found = modules.flatMap(module =>
    Object.entries(module).filter((entry): entry is [string, z.ZodMiniType] => isMessage(entry[1])),
  );
  const parts = new Set(found.flatMap(([, schema]) => partsOf(schema)));
  return new Map(
    found.filter(([, schema]) => !parts.has(schema)).map(([name, schema]) => [kebab(name), schema]),
  );
}
const messages = await readMessages();

describe('the events of SPEC.md', () => {
  it('are those of the channel, with who sends them', () => {
    const events = [
      ...deviceEvents.map(event => ['device', event]),
      ...coordinatorEvents.map(event => ['coordinator', event]),
    ];
    expect(eventRows.map(cells => cells.slice(0, 2)).toSorted()).toEqual(events.toSorted());
  });

  it('have the messages and answers that the channel names', () => {
    const source = readFileSync(new URL('channel.ts', folder), 'utf8');
    const named = [
      ...source.matchAll(/\/\*\* `(\w+)`(?: → `?(\w+)`?)?(?::[^\n]*)? \*\/\n +'?([a-z-]+)'?\(frame/g),
    ].map(([, message, answer, event]) => [event, kebab(message!), answer ? kebab(answer) : '']);
    expect(eventRows.map(([, event, message, answer]) => [event, message, answer]).toSorted()).toEqual(
      named.toSorted(),
    );
    const known = [...messages.keys(), 'null', ''];
    for (const [, , message, answer] of eventRows)
      expect(known).toEqual(expect.arrayContaining([message, answer]));
  });

  it('are answered by the coordinator for their message, and for no other', async () => {
    let reached: string[] = [];
    const reach = (name: string) => async () => void reached.push(name);
    const requests = Object.fromEntries(
      ['checkIn', 'contribute', 'leave', 'predict', 'forget'].map(name => [name, reach(name)]),
    ) as unknown as DeviceRequests;
    const introductions = { enrol: reach('enrol'), hello: reach('hello'), requireFarewell() {} };
    const caller = { owner: { device: { id: 'A'.repeat(22) } } } as unknown as Caller;
    const answers = requestHandlers(introductions as never, requests, frameLengths([]));
    for (const [from, event, message] of eventRows) {
      if (from !== 'device') continue;
      for (const [name, schema] of messages) {
        reached = [];
        const code = await answers[event as DeviceEvent](caller, encodeFrame(exampleOf(schema))).then(
          () => 'reached',
          (error: { code: string }) => error.code,
        );
        // One without an optional field may be another message as well.
        const isIts = messages.get(message!)!.safeParse(exampleOf(schema)).success;
        expect([event, name, code], `${event} with ${name}`).toEqual([
          event,
          name,
          isIts ? 'reached' : expect.stringMatching(/^(request\.invalid|request\.too-large)$/),
        ]);
        expect(reached).toHaveLength(isIts ? 1 : 0);
      }
    }
  });

  it('have the longest frames that the coordinator takes', () => {
    const masking = { threat: 'malicious', corrupt: 0.05, dropping: 0.1 } as const;
    const masked = (goal: number) =>
      valuesTask({ masking, update: { clip: 1 }, cohort: { goal, minimum: goal / 2 } });
    const [none, remote, small, large] = [
      [],
      [valuesTask({ serving: { remote: true } })],
      [masked(50)],
      [masked(100)],
    ].map(frameLengths) as [ReturnType<typeof frameLengths>, ...ReturnType<typeof frameLengths>[]];
    for (const [from, event, , , cell] of eventRows) {
      const name = event as DeviceEvent;
      const most = (frames: Record<DeviceEvent, number>) => frames[name].toLocaleString('en-US');
      if (from === 'coordinator') expect(cell).toBe(maxFrameLength.toLocaleString('en-US'));
      else if (most(small!) !== most(large!)) expect(cell).toBe('by the largest cohort');
      else if (most(none) === most(remote!)) expect(cell).toBe(most(none));
      else expect(cell).toBe(`${most(remote!)}; ${most(none)} where no task offers it`);
    }
  });
});

describe('the fields of SPEC.md', () => {
  it('are those of the schemas, with the forms that these take', () => {
    const expected = [...messages].flatMap(([name, schema]) =>
      fieldForms(schema).map(({ field, form }) => `${name}: ${field}: ${unquoted(form)}`),
    );
    const written = rowsUnder('Fields').map(([message, field, form]) =>
      [message, field, form].map(cell => unquoted(cell!)).join(': '),
    );
    expect(written.toSorted()).toEqual(expected.toSorted());
  });

  it('have the ids and times of the schemas', () => {
    const text = spec.replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      `A \`round\`, \`assignment\` or \`device\` is text that matches \`${idPattern.source}\`, a \`task\` text that matches \`${taskNamePattern.source}\`, a \`model\` text that matches \`${hashPattern.source}\` (ID5).`,
    );
    // A copy has no name, and so its own form.
    expect(text).toContain(`A \`time\` is an ${formOf(time.clone())};`);
    expect(text).toContain(`a \`duration\` an ${formOf(duration.clone())}, in ms.`);
  });
});

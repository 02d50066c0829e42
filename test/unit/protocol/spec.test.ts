import { readFileSync } from 'node:fs';
import { coordinatorEvents, deviceEvents } from '@murmuration/protocol/messages/channel';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { describe, expect, it } from 'vitest';
import { readSources } from '../sources.ts';

const spec = readFileSync(new URL('../../../protocol/SPEC.md', import.meta.url), 'utf8');
const rules = [...spec.matchAll(/^- \*\*([A-Z]{2}\d+) /gm)].map(([, id]) => id);

describe('SPEC.md', () => {
  it('gives each rule an id of its own', () => {
    expect(new Set(rules).size).toBe(rules.length);
    expect(rules.length).toBeGreaterThan(40);
  });

  it('has every rule that a test cites in its title', () => {
    const titles = [...readSources(['test']).values()].flatMap(source =>
      [...source.matchAll(/(?:it|describe)(?:\.[a-z]+)?\(\s*['`]((?:[A-Z]{2}\d+[ ,]?)+)[: ]/g)].flatMap(
        ([, ids]) => ids.split(/[ ,]/).filter(Boolean),
      ),
    );
    expect(titles.length).toBeGreaterThan(20);
    expect([...new Set(titles)].filter(id => !rules.includes(id))).toEqual([]);
  });

  it('says of each message of the channel who sends it, and what it has', () => {
    const events = [...spec.matchAll(/^\| (?:device|coordinator) \| (.+?) \|/gm)].flatMap(([, names]) =>
      [...names!.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
    );
    expect(events.toSorted()).toEqual([...deviceEvents, ...coordinatorEvents].toSorted());
  });

  it('names the version that is spoken', () => {
    expect(spec).toContain(`The protocol version is ${protocolVersion}.`);
    expect(spec).toContain(`murmuration secure aggregation ${protocolVersion}\\n`);
  });
});

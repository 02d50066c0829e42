import { describe, expect, it } from 'vitest';
import { readSources } from '../../sources.ts';

/** Who only watches, or passes on what he hears: nothing that a coordinator decides follows from these. */
const watchers = [
  'coordinator/server/src/telemetry/',
  'coordinator/server/src/live/',
  'coordinator/lifecycle/src/tracking/',
  // Writes down what devices do.
  'coordinator/rounds/src/population/activity-recorder.ts',
  // Makes a page again once rows have come.
  'coordinator/server/src/http/pages.ts',
  // Sees whether the storage answers.
  'coordinator/server/src/assembly/storage-health.ts',
  // Passes on what happens in a part of a round.
  'coordinator/server/src/assembly/parts.ts',
];

/** A listener of the coordinator's events: `events.on(`, by whatever object holds them. */
const listening = /\b(?:events|own)\s*\.\s*(?:on|once|addListener|prependListener|prependOnceListener)\(/;

const listeners = (sources: ReadonlyMap<string, string>): string[] =>
  [...sources].filter(([, text]) => listening.test(text)).map(([path]) => path);
const actors = (sources: ReadonlyMap<string, string>): string[] =>
  listeners(sources).filter(path => !watchers.some(watcher => path.startsWith(watcher)));

describe('events of a coordinator', () => {
  it('are heard by those who watch only: what acts is called', () => {
    const sources = readSources(
      ['lifecycle', 'rounds', 'server', 'storage'].map(name => `coordinator/${name}/src`),
    );
    expect(actors(sources)).toEqual([]);
    const heard = listeners(sources);
    expect(watchers.filter(watcher => !heard.some(path => path.startsWith(watcher)))).toEqual([]);
  });

  it.each(["ports.events.on('version', f)", "this.#events.once('drift', f)", "events\n  .on('gate', f)"])(
    'are found where %s hears them',
    text => {
      const path = 'coordinator/lifecycle/src/gates/gates.ts';
      expect(actors(new Map([[path, text]]))).toEqual([path]);
    },
  );
});

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A part of the sources, and the tests that have to find its mutants. */
export interface Room {
  readonly name: string;
  /** Folders, with all that is in them, and files; from the root of the project. */
  readonly sources: readonly string[];
  readonly tests: readonly string[];
}

/** What computes and decides: no files, no network, and time and chance as arguments. */
export const rooms: readonly Room[] = [
  {
    name: 'protocol',
    sources: ['protocol/src'],
    tests: ['test/unit/protocol', 'test/reference'],
  },
  { name: 'privacy', sources: ['privacy/src'], tests: ['test/unit/privacy'] },
  { name: 'monitoring', sources: ['monitoring/src'], tests: ['test/unit/monitoring'] },
  {
    name: 'round',
    sources: ['coordinator/rounds/src/round'],
    tests: [
      'test/unit/coordinator/rounds/round',
      'test/unit/coordinator/rounds/rounds',
      'test/unit/coordinator/server/restarts',
    ],
  },
  {
    name: 'floors',
    sources: ['client-sdk/src/floors'],
    tests: ['test/unit/client-sdk/floors', 'test/unit/client-sdk/session', 'test/attacks/device'],
  },
  {
    name: 'lifecycle',
    sources: [
      ...['transition', 'state', 'stopping', 'ends'].map(
        name => `coordinator/lifecycle/src/training-runs/${name}.ts`,
      ),
      ...['judge', 'checks', 'paired-test', 'live-sums'].map(
        name => `coordinator/lifecycle/src/gates/${name}.ts`,
      ),
      ...['look', 'restraint', 'standing'].map(name => `coordinator/lifecycle/src/triggers/${name}.ts`),
      ...['adjustment', 'analysis', 'design', 'tally'].map(
        name => `coordinator/lifecycle/src/experiments/${name}.ts`,
      ),
    ],
    tests: ['test/unit/coordinator/lifecycle'],
  },
];

/** The rooms of these names; all where none is named. */
export function roomsOf(names: readonly string[]): readonly Room[] {
  const known = rooms.map(({ name }) => name);
  for (const name of names)
    if (!known.includes(name)) throw new Error(`There is no room called ${name}: ${known.join(', ')}.`);
  return names.length === 0 ? rooms : rooms.filter(({ name }) => names.includes(name));
}

/** The sources of a room, from `root`. Throws where a folder or a file of the room is missing, its tests included. */
export function sourcesOf(root: string, { name, sources, tests }: Room): string[] {
  for (const path of [...sources, ...tests])
    if (!statSync(join(root, path), { throwIfNoEntry: false }))
      throw new Error(`${path} of the room ${name} is missing; test/mutation/rooms.ts says what is where.`);
  return sources.flatMap(path =>
    path.endsWith('.ts')
      ? [path]
      : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
          .filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'))
          .toSorted()
          .map(file => `${path}/${file.replaceAll('\\', '/')}`),
  );
}

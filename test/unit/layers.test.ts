import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imports, locations } from './imports.ts';
import { readSources } from './sources.ts';

/** The rooms of the house, lowest first, and whose code each may import besides its own. */
const mayImport: Record<string, readonly string[]> = {
  protocol: [],
  privacy: ['protocol'],
  engine: ['protocol'],
  'coordinator/api': ['protocol'],
  'serving/client': ['protocol'],
  monitoring: ['protocol'],
  sql: ['protocol'],
  'serving/server': ['engine', 'serving/client', 'monitoring', 'sql', 'protocol'],
  'coordinator/rounds': ['coordinator/api', 'monitoring', 'privacy', 'serving/server', 'engine', 'protocol'],
  'coordinator/lifecycle': [
    'coordinator/rounds',
    'coordinator/api',
    'monitoring',
    'serving/server',
    'engine',
    'protocol',
  ],
  'coordinator/storage': [
    'coordinator/lifecycle',
    'coordinator/rounds',
    'coordinator/api',
    'monitoring',
    'serving/server',
    'sql',
    'protocol',
  ],
  'coordinator/server': [
    'coordinator/storage',
    'coordinator/lifecycle',
    'coordinator/rounds',
    'coordinator/api',
    'monitoring',
    'privacy',
    'serving/server',
    'sql',
    'engine',
    'protocol',
  ],
  ui: [],
  'coordinator/dashboard': ['coordinator/api', 'protocol', 'ui'],
  'client-sdk': ['engine', 'privacy', 'protocol', 'serving/client'],
  'demo-keyboard-app/task': ['serving/server', 'serving/client', 'engine', 'protocol'],
  'demo-keyboard-app/src': ['ui', 'demo-keyboard-app/task', 'client-sdk', 'engine', 'protocol'],
  'coordinator/cli': [
    'coordinator/server',
    'coordinator/storage',
    'coordinator/lifecycle',
    'coordinator/rounds',
    'coordinator/api',
    'client-sdk',
    'serving/server',
    'engine',
    'protocol',
  ],
  'simulations/simulator': [
    'coordinator/server',
    'coordinator/storage',
    'coordinator/lifecycle',
    'coordinator/rounds',
    'client-sdk',
    'demo-keyboard-app/task',
    'privacy',
    'monitoring',
    'sql',
    'engine',
    'protocol',
  ],
  'simulations/studies': [
    'simulations/simulator',
    'coordinator/server',
    'coordinator/storage',
    'coordinator/rounds',
    'coordinator/api',
    'client-sdk',
    'demo-keyboard-app/task',
    'privacy',
    'monitoring',
    'engine',
    'protocol',
  ],
  'simulations/tuning': [
    'simulations/studies',
    'simulations/simulator',
    'coordinator/rounds',
    'client-sdk',
    'demo-keyboard-app/task',
    'monitoring',
    'sql',
    'engine',
    'protocol',
  ],
  'simulations/demo': [
    'simulations/tuning',
    'simulations/studies',
    'simulations/simulator',
    'coordinator/server',
    'coordinator/storage',
    'coordinator/rounds',
    'client-sdk',
    'demo-keyboard-app/task',
    'engine',
    'protocol',
  ],
  test: [
    'simulations/demo',
    'simulations/tuning',
    'simulations/studies',
    'simulations/simulator',
    'coordinator/cli',
    'coordinator/api',
    'coordinator/dashboard',
    'ui',
    'coordinator/server',
    'coordinator/storage',
    'coordinator/lifecycle',
    'coordinator/rounds',
    'serving/client',
    'privacy',
    'monitoring',
    'sql',
    'serving/server',
    'client-sdk',
    'demo-keyboard-app/task',
    'demo-keyboard-app/src',
    'engine',
    'protocol',
  ],
};

/** Rooms that run in browsers, and the files in them that are for Node: portable files import neither Node nor these. */
const portable = [
  'protocol',
  'privacy',
  'serving/client',
  'monitoring',
  'coordinator/api',
  'client-sdk',
  'ui',
  'coordinator/dashboard',
  'demo-keyboard-app/task',
  'demo-keyboard-app/src',
];
const forNode = new Set([
  'protocol/src/node.ts',
  'protocol/src/primitives/node.ts',
  // For TypeScript only: nothing loads it.
  'client-sdk/src/either.ts',
  'client-sdk/src/node.ts',
  'client-sdk/src/testing.ts',
  'client-sdk/src/hybrid/build-worker.ts',
  'client-sdk/src/hybrid/trial.ts',
  'client-sdk/src/storage/file.ts',
  'client-sdk/src/storage/folder-claim.ts',
  'client-sdk/src/worker/node-worker.ts',
  'client-sdk/src/worker/thread-trainer.ts',
]);
/** What is no package, and what tests run. */
const forTests = new Set(['docs', 'examples', 'scripts']);
/** Stands for whoever loads a served model without this project. */
const plainTfjs = 'test/e2e/';
/** Guards what the driver of SQLite gets wrong. */
const sqliteDriver = 'sql/src/sqlite/connection.ts';
const nodePackages = new Set(['piscina', ...builtinModules]);

/** How a bundler puts a page together: no part of the program. */
const isConfiguration = (path: string): boolean => path.endsWith('/vite.config.ts');

/** Frozen vectors and the like, which TypeScript itself finds missing. */
const isData = (path: string): boolean => path.endsWith('.json');

const roomOf = (path: string): string | undefined =>
  Object.keys(mayImport).find(room => path.startsWith(`${room}/`));
/** The folder of a package, which has one room but for the keyboard app. */
const packageOf = (path: string): string => {
  const room = roomOf(path);
  return room === undefined || room.startsWith('demo-keyboard-app/') ? path.split('/')[0]! : room;
};
const isNodes = (name: string): boolean => name.startsWith('node:') || nodePackages.has(name.split('/')[0]!);

/** The types of a module that is made: JavaScript, of which sources have no other. */
const declared = (path: string): string => path.replace(/\.js$/, '.d.ts');

/** The folders of packages that lie elsewhere than their names say. */
const folderOf: Readonly<Record<string, string>> = {
  api: 'coordinator/api',
  rounds: 'coordinator/rounds',
  lifecycle: 'coordinator/lifecycle',
  storage: 'coordinator/storage',
  coordinator: 'coordinator/server',
  dashboard: 'coordinator/dashboard',
  cli: 'coordinator/cli',
  serving: 'serving/server',
  'inference-client': 'serving/client',
  simulations: 'simulations/simulator',
  studies: 'simulations/studies',
  tuning: 'simulations/tuning',
  demo: 'simulations/demo',
};

/** The file that `@murmuration/NAME/path` stands for by its package's exports; `@murmuration/NAME` is what it is to others. */
function exported(name: string, sources: ReadonlyMap<string, string>): string {
  const [, called, ...path] = name.split('/');
  const pack = folderOf[called!] ?? called!;
  const folder = pack === 'demo-keyboard-app' ? [pack] : [pack, 'src'];
  const target = `${[...folder, ...(path.length > 0 ? path : ['index'])].join('/')}.ts`;
  if (name.endsWith('.wasm')) return target.replace(/ts$/, 'd.ts');
  if (name.endsWith('.js')) return declared(target.slice(0, -'.ts'.length));
  return sources.has(`${target}x`) ? `${target}x` : target;
}

/** Every breach of the layers among `sources` (path from the root of the repository → text), a sentence each. */
function breaches(sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const arrows = new Map<string, string[]>();

  for (const [path, text] of sources) {
    if (isConfiguration(path)) continue;
    const room = roomOf(path);
    if (room === undefined) {
      found.push(`${path} lies in no room`);
      continue;
    }
    const isPortable = portable.includes(room) && !forNode.has(path);
    const imported = imports(text);
    const targets: string[] = [];
    arrows.set(path, targets);

    for (const name of [...imported, ...locations(path, text)]) {
      const isRelative = name.startsWith('.');
      if (!isRelative && !name.startsWith('@murmuration/')) {
        if (name.startsWith('@tensorflow/') && room !== 'engine' && !path.startsWith(plainTfjs))
          found.push(`${path} imports ${name}, which only engine may`);
        if (name.startsWith('libsql') && path !== sqliteDriver)
          found.push(`${path} imports ${name}, which only ${sqliteDriver} may`);
        if (isPortable && isNodes(name))
          found.push(`${path} runs in browsers and imports ${name}, which is for Node`);
        continue;
      }
      const target = isRelative ? declared(posix.join(posix.dirname(path), name)) : exported(name, sources);
      if (isRelative && room === 'test' && forTests.has(packageOf(target))) continue;
      if (isRelative && packageOf(target) !== packageOf(path))
        found.push(`${path} reaches into another package: ${name}`);
      else if (!isRelative && packageOf(target) === packageOf(path) && room !== 'test')
        found.push(`${path} imports its own package by name: ${name}`);
      else if (!sources.has(target) && !isData(target))
        found.push(`${path} imports ${name}, which is not there`);

      const targetRoom = roomOf(target);
      if (targetRoom !== undefined && targetRoom !== room && !mayImport[room]!.includes(targetRoom)) {
        found.push(`${path} imports upward or sideways: ${target}`);
      }
      if (isPortable && forNode.has(target))
        found.push(`${path} runs in browsers and imports ${target}, which is for Node`);
      if (imported.includes(name)) targets.push(target);
    }
  }
  return [...found, ...circles(arrows)];
}

/** One sentence for each circle that a walk along the imports closes. */
function circles(arrows: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];

  function walk(path: string): void {
    if (way.includes(path)) found.push(`circle: ${[...way.slice(way.indexOf(path)), path].join(' → ')}`);
    else if (!done.has(path)) {
      way.push(path);
      for (const target of arrows.get(path) ?? []) walk(target);
      way.pop();
      done.add(path);
    }
  }
  for (const path of arrows.keys()) walk(path);
  return found;
}

describe('the layers of the repository', () => {
  it('hold', () => {
    const folders = new Set(Object.keys(mayImport).map(room => room.split('/')[0]!));
    const sources = readSources([...folders]);
    expect(sources.size).toBeGreaterThan(10);
    expect(breaches(sources)).toEqual([]);
  });
});

describe('the check of the layers', () => {
  const clean = {
    'protocol/src/ids.ts': "import type { A } from './ports.ts';",
    'protocol/src/ports.ts': '',
    'protocol/src/primitives/node.ts': "import { hkdfSync } from 'node:crypto';",
    'engine/src/tf.ts': "export * from '@tensorflow/tfjs';",
    'coordinator/server/src/assembly/main.ts':
      "import { tf } from '@murmuration/engine/tf'; import '@murmuration/protocol/primitives/node';",
    'client-sdk/src/node.ts': "import './client.ts'; import '@murmuration/protocol/primitives/node';",
    'client-sdk/src/client.ts': "import '@murmuration/protocol/ids';",
    'demo-keyboard-app/task/model.ts': "import '@murmuration/engine/tf';",
    'simulations/demo/src/start.ts': "import '@murmuration/demo-keyboard-app/task/model';",
  };
  const breachesWith = (path: string, text: string): string[] =>
    breaches(new Map(Object.entries({ ...clean, [path]: text })));

  it('is content with a house in order', () => {
    expect(breaches(new Map(Object.entries(clean)))).toEqual([]);
  });

  // biome-ignore format: one breach a line
  it.each([
    ['an import upward', 'protocol/src/ports.ts', "import '@murmuration/engine/tf';", 'upward'],
    ['a type import upward', 'engine/src/tf.ts', "import type { Main } from '@murmuration/coordinator/assembly/main';", 'upward'],
    ['an import type upward', 'engine/src/tf.ts', "type Main = import('@murmuration/coordinator/assembly/main').Main;", 'upward'],
    ['a dynamic import upward', 'engine/src/tf.ts', "await import('@murmuration/client-sdk/node');", 'upward'],
    ['a re-export upward', 'engine/src/tf.ts', "export { main } from '@murmuration/coordinator/assembly/main';", 'upward'],
    ['a coordinator that imports the SDK', 'coordinator/server/src/assembly/main.ts', "import '@murmuration/client-sdk/client';", 'sideways'],
    ['an SDK that imports the coordinator', 'client-sdk/src/node.ts', "import '@murmuration/coordinator/assembly/main';", 'sideways'],
    ['a task that imports its page', 'demo-keyboard-app/task/page.ts', "import '../src/page.ts';", 'upward'],
    ['another package by its path', 'coordinator/server/src/assembly/main.ts', "import '../../../../protocol/src/ids.ts';", 'reaches into'],
    ['a worker of another package', 'coordinator/server/src/assembly/main.ts', "new URL('../../../../engine/src/tf.ts', import.meta.url)", 'reaches into'],
    ['a path past the exports', 'coordinator/server/src/assembly/main.ts', "import '@murmuration/protocol/src/ids';", 'not there'],
    ['the own package by its name', 'protocol/src/ids.ts', "import '@murmuration/protocol/ports';", 'by name'],
    ['a file that is not there', 'protocol/src/ids.ts', "import './lost.ts';", 'not there'],
    ['tfjs outside of engine', 'simulations/demo/src/start.ts', "import * as tf from '@tensorflow/tfjs';", 'only engine'],
    ['the driver of SQLite elsewhere', 'coordinator/server/src/assembly/main.ts', "import Database from 'libsql/promise';", 'only sql/src/sqlite'],
    ['Node in protocol', 'protocol/src/ids.ts', "import 'node:crypto';", 'for Node'],
    ['Node without its prefix', 'protocol/src/ids.ts', "import 'fs/promises';", 'for Node'],
    ['Node in the core of the SDK', 'client-sdk/src/client.ts', "import 'node:fs';", 'for Node'],
    ['Node in a task', 'demo-keyboard-app/task/model.ts', "import 'node:fs';", 'for Node'],
    ['a file for Node in the core of the SDK', 'client-sdk/src/client.ts', "import '@murmuration/protocol/primitives/node';", 'for Node'],
    ['a circle', 'protocol/src/ports.ts', "import './ids.ts';", 'circle: protocol/src/ids.ts → protocol/src/ports.ts → protocol/src/ids.ts'],
    ['a circle of types', 'protocol/src/ports.ts', "import type { Id } from './ids.ts';", 'circle'],
    ['a file that imports itself', 'protocol/src/ports.ts', "import './ports.ts';", 'circle'],
    ['a package that has no room', 'tools/src/new.ts', '', 'no room'],
  ])('finds %s', (_, path, text, sentence) => {
    expect(breachesWith(path, text).join('\n')).toContain(sentence);
  });
});

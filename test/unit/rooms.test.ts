import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imports, locations } from './imports.ts';
import { readSources } from './sources.ts';

/**
 * The rooms of each package, the folders of its sources, lowest first: a room imports only those before it. Files beside the rooms are the
 * package's entries, and come last.
 */
const order: Record<string, readonly string[]> = {
  'protocol/src': [
    'concurrency',
    'errors',
    'encoding',
    'tensors',
    'random',
    'ids',
    'kernels',
    'primitives',
    'secagg',
    'messages',
    'time',
    'sending',
    'ngrams',
    'weights',
    'queries',
  ],
  'privacy/src': ['numerics', 'samplers', 'mechanisms', 'accountants', 'clipping', 'statements'],
  'engine/src': [
    'tensorflow',
    'tfjs',
    'kernels',
    'backend',
    'inference',
    'layers',
    'models',
    'onnx',
    'objective',
    'fused',
    'training',
    'runtime',
    'measure',
    'packaged',
  ],
  'client-sdk/src': [
    'storage',
    'transport',
    'device',
    'models',
    'floors',
    'private-layers',
    'update',
    'training',
    'retry',
    'outcomes',
    'hybrid',
    'session',
    'queries',
    'client',
    'react',
    'react-native',
    'worker',
    'web-view',
    'testing',
  ],
  'serving/client/src': ['tensors', 'wire', 'client'],
  'monitoring/src': [
    'kit',
    'distributions',
    'samples',
    'two-sample',
    'text',
    'accuracy',
    'paired',
    'windows',
    'experiments',
    'report',
    'page',
  ],
  'sql/src': ['failures', 'values', 'processes', 'sqlite', 'postgresql', 'writes', 'bulk', 'database'],
  'serving/server/src': [
    'tensors',
    'experiments',
    'source',
    'open-feature',
    'transformer',
    'runtime',
    'conversion',
    'server',
    'kafka',
    'request-log',
    'adapters',
    'access',
    'limits',
    'http',
    'oip',
    'grpc',
    'tf-serving',
    'mlflow',
    'precompute',
    'brokers',
    'metrics',
    'monitor',
    'assembly',
  ],
  'coordinator/rounds/src': [
    'paging',
    'configuration',
    'workers',
    'writes',
    'strategy',
    'aggregation',
    'limits',
    'evaluation',
    'round',
    'tokens',
    'operators',
    'registry',
    'events',
    'testing',
    'task',
    'privacy',
    'promotion',
    'selection',
    'population',
    'masking',
    'rounds',
    'queries',
    'vocabulary',
  ],
  'coordinator/lifecycle/src': ['triggers', 'gates', 'experiments', 'tracking', 'central', 'training-runs'],
  'coordinator/storage/src': [
    'blobs',
    'leases',
    'objects',
    'operation',
    'files',
    'memory',
    'rows',
    'folder',
    'postgresql',
  ],
  'coordinator/server/src': [
    'telemetry',
    'cells',
    'devices',
    'inference',
    'http',
    'polling',
    'socket',
    'live',
    'assembly',
  ],
  'demo-keyboard-app/src': [
    'strings',
    'design',
    'draft',
    'examples',
    'consent',
    'keyboard',
    'notices',
    'suggestions',
    'recall',
    'rounds',
    'sent',
    'learning',
    'offline',
    'reading',
    'writing',
    'page',
  ],
  'simulations/simulator/src': [
    'behaviour',
    'data',
    'partition',
    'adversaries',
    'run-events',
    'spaces',
    'scenario',
    'study',
    'random',
    'loopback',
    'workers',
    'devices',
    'federation',
    'learning-curves',
    'pages',
    'report',
    'published',
    'digits',
  ],
  'simulations/studies/src': [
    'baselines',
    'keyboard',
    'leak-audit',
    'vocabulary',
    'ngrams',
    'experiments',
    'capacity',
    'spam',
    'asynchrony',
    'privacy-audit',
    'hybrid',
    'next-word',
    'strangers',
    'memorisation',
    'pretraining',
    'robustness',
    'strategies',
  ],
  'simulations/tuning/src': ['queue', 'command', 'options', 'queue-worker', 'tuning', 'scenarios'],
  'simulations/demo/src': ['demonstration', 'exactness', 'phones', 'visitors', 'phrases'],
  'ui/src': ['theme', 'icons', 'controls', 'charts'],
  'coordinator/dashboard/src': [
    'format',
    'requests',
    'live',
    'session',
    'context',
    'loading',
    'controls',
    'metrics',
    'refusals',
    'access',
    'rounds',
    'model',
    'overview',
    'training',
    'experiments',
    'queries',
    'privacy',
    'settings',
    'devices',
    'serving',
    'monitor',
    'security',
    'log',
    'sign-in',
    'shell',
  ],
  'coordinator/cli/src': ['threads', 'output', 'client', 'arguments', 'doctor', 'dev', 'serve', 'commands'],
};

/** The room of a file: the folder of a package's sources in which it lies; `.` for a file beside the rooms. */
function roomOf(path: string): { sources: string; room: string } | undefined {
  const sources = Object.keys(order).find(folder => path.startsWith(`${folder}/`));
  if (sources === undefined) return;
  const [room, ...rest] = path.slice(sources.length + 1).split('/');
  return { sources, room: rest.length === 0 ? '.' : room! };
}

/** Every import among `sources` (path from the root of the repository → text) that goes against the order, a sentence each. */
function breaches(sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [path, text] of sources) {
    const from = roomOf(path);
    if (from === undefined) continue;
    const rooms = order[from.sources]!;
    const rank = (room: string) => (room === '.' ? rooms.length : rooms.indexOf(room));
    if (rank(from.room) < 0) found.push(`${path} lies in a room that has no place in the order`);

    for (const name of [...imports(text), ...locations(path, text)]) {
      if (!name.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), name);
      const to = roomOf(target);
      if (to === undefined || to.sources !== from.sources || to.room === from.room) continue;
      if (rank(to.room) >= rank(from.room)) found.push(`${path} imports upward: ${target}`);
    }
  }
  return found;
}

describe('the rooms of every package', () => {
  it('import only rooms below them', () => {
    const sources = readSources(Object.keys(order));
    expect(sources.size).toBeGreaterThan(10);
    expect(breaches(sources)).toEqual([]);
  });

  it.each(Object.entries(order))('of %s are all there', (folder, rooms) => {
    const found = new Set([...readSources([folder]).keys()].map(path => roomOf(path)!.room));
    expect(rooms.filter(room => !found.has(room))).toEqual([]);
  });
});

describe('the check of the rooms', () => {
  // biome-ignore format: one breach a line
  it.each([
    ['an import upward', 'coordinator/rounds/src/round/round.ts', "import '../rounds/driver.ts';", 'imports upward: coordinator/rounds/src/rounds/driver.ts'],
    ['a type import upward', 'coordinator/rounds/src/round/round.ts', "import type { Driver } from '../rounds/driver.ts';", 'imports upward'],
    ['an import type upward', 'coordinator/rounds/src/round/round.ts', "type Driver = import('../rounds/driver.ts').Driver;", 'imports upward'],
    ['a dynamic import upward', 'coordinator/rounds/src/round/round.ts', "await import('../rounds/driver.ts');", 'imports upward'],
    ['a re-export upward', 'coordinator/rounds/src/round/phases/keys.ts', "export * from '../../queries/new-words.ts';", 'imports upward'],
    ['a worker above', 'coordinator/rounds/src/round/round.ts', "new URL('../masking/worker.ts', import.meta.url)", 'imports upward'],
    ['an import of an entry', 'coordinator/server/src/assembly/main.ts', "import '../cli.ts';", 'imports upward: coordinator/server/src/cli.ts'],
    ['a room without a place', 'coordinator/rounds/src/attic/old.ts', '', 'no place in the order'],
  ])('finds %s', (_, path, text, sentence) => {
    expect(breaches(new Map([[path, text]])).join('\n')).toContain(sentence);
  });

  it('is content with imports downward, within a room, and of other packages', () => {
    const text =
      "import './quorum.ts'; import '../evaluation/metrics.ts'; import '@murmuration/protocol/ids/ids';";
    expect(breaches(new Map([['coordinator/rounds/src/round/round.ts', text]]))).toEqual([]);
  });
});

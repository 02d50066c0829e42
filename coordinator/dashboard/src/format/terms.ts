import type { Severity } from '@murmuration/api/alert';
import type { Role } from '@murmuration/api/role';
import type { Phase } from '@murmuration/api/scalars';
import { count } from './format.ts';

export const terms = {
  name: 'Murmuration',
  places: { overview: 'Overview', model: 'Model', fleet: 'Fleet', settings: 'Settings' },
  tabs: {
    overview: 'Overview',
    versions: 'Versions',
    training: 'Training',
    experiments: 'Experiments',
    monitoring: 'Monitoring',
    serving: 'Serving',
    devices: 'Devices',
    rounds: 'Rounds',
    queries: 'Queries',
    privacy: 'Privacy',
    task: 'Task',
    protection: 'Protection',
    access: 'Access',
    log: 'Log',
  },
  missing: 'Not found',
  /** Goal of a phase, and its minimum if it has one. */
  wanted: (goal: number, minimum: number) =>
    minimum > 0 ? `${count(goal)} wanted, minimum ${count(minimum)}` : `${count(goal)} wanted`,
  roles: { viewer: 'viewer', operator: 'operator', admin: 'admin' } satisfies Record<Role, string>,
  roleTexts: {
    viewer: 'can see everything except access',
    operator: 'can also control tasks, models and devices',
    admin: 'can also manage operators',
  } satisfies Record<Role, string>,
  round: (value: number) => `Round ${count(value)}`,
  versions: (a: number, b: number) => `Versions ${count(a)} and ${count(b)}`,
  version: (value: number) => `Version ${count(value)}`,
  plan: (value: number) => `plan ${count(value)}`,
  outcomes: { published: 'Published', failed: 'Failed' },
  /** Outcome of a round; a round that asked a query made no version. */
  outcome: (outcome: 'published' | 'failed', query: string | null) =>
    query !== null && outcome === 'published' ? 'Answered' : terms.outcomes[outcome],
  phases: {
    gathering: 'Gathering',
    keys: 'Keys',
    shares: 'Shares',
    updates: 'Updates',
    agreement: 'Agreement',
    unmasking: 'Unmasking',
    closing: 'Closing',
  } satisfies Record<Phase, string>,
  severities: { critical: 'Critical', warning: 'Warning' } satisfies Record<Severity, string>,
  pinned: 'Pinned',
  unknown: 'unknown',
};

import type { Role } from '@murmuration/api/role';
import type { Phase } from '@murmuration/api/scalars';
import { count } from '../format/format.ts';

export const terms = {
  name: 'Murmuration',
  pages: {
    now: 'Now',
    model: 'Model',
    rounds: 'Rounds',
    devices: 'Devices',
    privacy: 'Privacy',
    security: 'Security',
    settings: 'Settings',
    access: 'Access',
    missing: 'Not found',
  },
  roles: { viewer: 'viewer', operator: 'operator', admin: 'admin' } satisfies Record<Role, string>,
  roleTexts: {
    viewer: 'looks, and changes nothing',
    operator: 'steers tasks, models and devices',
    admin: 'says who else may',
  } satisfies Record<Role, string>,
  round: (value: number) => `Round ${count(value)}`,
  version: (value: number) => `Version ${count(value)}`,
  plan: (value: number) => `plan ${count(value)}`,
  outcomes: { published: 'Published', failed: 'Failed' },
  phases: {
    gathering: 'Gathering',
    keys: 'Keys',
    shares: 'Shares',
    updates: 'Updates',
    agreement: 'Agreement',
    unmasking: 'Unmasking',
    closing: 'Closing',
  } satisfies Record<Phase, string>,
  severities: { critical: 'Critical', warning: 'Warning' },
  pinned: 'Pinned',
  unknown: 'unknown',
};

import type { TokenState } from '@murmuration/api/token';
import { count } from '../format/format.ts';

export const words = {
  list: {
    columns: {
      name: 'Name',
      state: 'State',
      uses: 'Enrolled',
      role: 'Role',
      made: 'Made',
      expires: 'Counts until',
      actions: 'Actions',
    },
    states: {
      valid: 'counts',
      'used-up': 'used up',
      expired: 'expired',
      revoked: 'revoked',
    } satisfies Record<TokenState, string>,
    ofUses: (most: number | null) => (most === null ? 'of any number' : `of ${count(most)}`),
    never: 'it is revoked',
    revoke: 'Revoke',
    revokeTitle: (name: string) => `Revoke “${name}”?`,
    revokeDone: (name: string) => `“${name}” counts no more.`,
  },
  made: {
    enrolment: { label: 'New enrolment token', nameHint: 'For you: which app, or which batch of devices.' },
    operator: { label: 'New operator token', nameHint: 'Whose it is; the audit log says so.' },
    name: 'Name',
    uses: 'Devices that may enrol with it',
    usesHint: 'Empty: any number.',
    role: 'Role',
    until: 'Counts until',
    untilHint: 'Empty: until it is revoked.',
    make: 'Make the token',
    once: 'Copy it now: it is shown this once, and the coordinator keeps its fingerprint alone.',
    token: 'Token',
    copy: 'Copy',
    copied: 'Copied.',
    done: 'I have it',
  },
};

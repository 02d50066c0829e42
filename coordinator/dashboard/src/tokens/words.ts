import type { TokenState } from '@murmuration/api/token';
import { count } from '../format/format.ts';

export const words = {
  list: {
    columns: {
      name: 'Name',
      state: 'Status',
      uses: 'Devices enrolled',
      role: 'Role',
      rights: 'Rights',
      models: 'Models',
      quota: 'Limits',
      made: 'Created',
      expires: 'Expires',
      actions: 'Actions',
    },
    states: {
      valid: 'valid',
      'used-up': 'used up',
      expired: 'expired',
      revoked: 'revoked',
    } satisfies Record<TokenState, string>,
    ofUses: (most: number | null) => (most === null ? '(no limit)' : `of ${count(most)}`),
    never: 'never',
    revoke: 'Revoke',
    revokeTitle: (name: string) => `Revoke “${name}”?`,
    revokeDone: (name: string) => `“${name}” is revoked.`,
  },
  made: {
    enrolment: {
      label: 'New enrolment token',
      nameHint: 'For your own reference, for example the app or the batch of devices.',
    },
    operator: { label: 'New operator token', nameHint: 'The owner’s name. It appears in the audit log.' },
    inference: {
      label: 'New inference token',
      nameHint: 'For your own reference, for example the service that asks the models.',
    },
    rights: {
      manage: 'May also load and unload models',
      feedback: 'May also tell what became of predictions',
      monitor: 'May also report what a replica predicts',
      read: 'May also read tasks and download models',
    },
    models: 'Models',
    modelsHint: 'Separated by commas. Leave empty for all.',
    perDay: 'Requests a day',
    perDayHint: 'Leave empty for no limit. Used ones come back over a day.',
    name: 'Name',
    uses: 'Maximum number of devices',
    usesHint: 'Leave empty for no limit.',
    role: 'Role',
    until: 'Expires',
    untilHint: 'Leave empty if it should be valid until you revoke it.',
    make: 'Create token',
    once: 'Copy the token now. It won’t be shown again; the coordinator stores only a hash.',
    token: 'Token',
    copy: 'Copy',
    copied: 'Copied.',
    done: 'Done',
  },
};

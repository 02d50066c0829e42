import type { AlertRule } from '@murmuration/api/alert';
import type { AuditAction } from '@murmuration/api/audit';
import { count, counted } from '../format/format.ts';
import { nameOf, shown } from '../settings/words.ts';

export const words = {
  refusals: 'Refused messages',
  refusalsHint: 'Of devices, operators and strangers, by the code with which they were answered.',
  noRefusals: 'Nothing was refused in this time.',
  refresh: 'Refresh',
  rules: 'What is watched for',
  ruleNames: {
    'rounds-failing': 'Rounds that fail in a row',
    'figure-fell': 'A version that is worse than the one before',
    'no-eligible-devices': 'No eligible devices',
    'disk-filling': 'A disk that fills',
    'version-unreadable': 'A version that can’t be read',
    'protection-weakened': 'Devices that are protected less',
    'many-enrolments': 'Many enrolments at once',
    'clock-stepped': 'A clock that was set',
  } satisfies Record<AlertRule, string>,
  firing: (times: number) => (times === 1 ? 'firing' : `firing ${count(times)} times`),
  off: 'Switched off in the configuration.',
  webhooks: 'Where notices go',
  noWebhooks: 'Nowhere: alerts are shown here alone. Name a webhook in the configuration to be told.',
  delivered: 'last notice delivered',
  noNotice: 'no notice yet',
  resolved: (times: number) => `${counted(times, 'alert')} that ${times === 1 ? 'is' : 'are'} over`,
  audit: {
    heading: 'Audit log',
    hint: 'What operators did, newest first. Nobody can change it here.',
    none: 'No operator has changed anything yet.',
    done: 'done',
    columns: {
      time: 'When',
      actor: 'Who',
      action: 'What',
      subject: 'To what',
      changes: 'From and to',
      outcome: 'Outcome',
    },
    change: (field: string, from: unknown, to: unknown): string =>
      `${nameOf(field)}: ${shown(field, from)} → ${shown(field, to)}`,
    actions: {
      'enrolment-token.create': 'made an enrolment token',
      'enrolment-token.revoke': 'revoked an enrolment token',
      'enrolment-token.revoke-devices': 'revoked an enrolment token and its devices',
      'operator-token.create': 'made an operator token',
      'operator-token.revoke': 'revoked an operator token',
      'device.revoke': 'revoked a device',
      'device.pardon': 'pardoned a device',
      'task.pause': 'paused a task',
      'task.resume': 'resumed a task',
      'task.settings': 'changed settings',
      'round.abort': 'aborted a round',
      'round.start': 'started a round',
      'version.alias': 'named a version',
      'version.rollback': 'rolled back to a version',
    } satisfies Record<AuditAction, string>,
  },
};

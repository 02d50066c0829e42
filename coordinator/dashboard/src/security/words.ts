import type { AlertRule } from '@murmuration/api/alert';
import type { AuditAction } from '@murmuration/api/audit';
import { count, counted } from '../format/format.ts';
import { nameOf, shown } from '../settings/words.ts';

export const words = {
  refusals: 'Refused messages',
  refusalsHint: 'Messages from devices, operators and strangers that the coordinator refused, by error code.',
  noRefusals: 'No message was refused during this time.',
  refresh: 'Refresh',
  rules: 'Alert rules',
  ruleNames: {
    'rounds-failing': 'Consecutive rounds failed',
    'figure-fell': 'A version is worse than the previous one',
    'no-eligible-devices': 'No eligible devices',
    'storage-silent': 'Storage takes nothing',
    'disk-filling': 'The disk is filling up',
    'version-unreadable': 'A version can’t be read',
    'protection-weakened': 'Devices are less protected',
    'rounds-delayed': 'One device keeps rounds waiting',
    'many-enrolments': 'Unusually many enrolments',
    'outdated-devices': 'Devices speak another protocol version',
    'clock-stepped': 'The machine’s clock changed',
    'data-drifted': 'Input drift',
  } satisfies Record<AlertRule, string>,
  firing: (times: number) => (times === 1 ? 'firing' : `firing ${count(times)} times`),
  off: 'Turned off in the configuration.',
  webhooks: 'Webhooks',
  noWebhooks:
    'Alerts appear only in this dashboard. To be notified elsewhere, add a webhook to the configuration.',
  delivered: 'last notice delivered',
  noNotice: 'no notice yet',
  test: 'Send a test',
  testDelivered: (host: string) => `${host} accepted the test notice.`,
  testFailed: (host: string, failure: string) => `${host} didn’t accept the test notice: ${failure}.`,
  resolved: (times: number) => `${counted(times, 'resolved alert')}`,
  audit: {
    heading: 'Audit log',
    hint: 'What operators did, newest first. Entries can’t be changed.',
    none: 'No operator has changed anything yet.',
    done: 'done',
    begun: 'begun',
    begunHint:
      'What has begun is under way, or the coordinator was ended in the middle of it: look whether it was done.',
    columns: {
      time: 'Time',
      actor: 'Operator',
      action: 'Action',
      subject: 'Subject',
      changes: 'Changes',
      outcome: 'Outcome',
    },
    undoOf: (at: string) => `Undo the change of ${at}`,
    change: (field: string, from: unknown, to: unknown): string =>
      changedWords(field, from, to) ?? `${nameOf(field)}: ${shown(field, from)} → ${shown(field, to)}`,
    actions: {
      'enrolment-token.create': 'created an enrolment token',
      'enrolment-token.revoke': 'revoked an enrolment token',
      'enrolment-token.revoke-devices': 'revoked an enrolment token and its devices',
      'operator-token.create': 'created an operator token',
      'operator-token.revoke': 'revoked an operator token',
      'device.revoke': 'revoked a device',
      'device.pardon': 'pardoned a device',
      'task.pause': 'paused a task',
      'task.resume': 'resumed a task',
      'task.settings': 'changed settings',
      'task.add': 'added a task',
      'round.abort': 'aborted a round',
      'round.start': 'started a round',
      'query.run': 'asked a query',
      'vocabulary.grow': 'added words to a vocabulary',
      'vocabulary.reject': 'rejected words for a vocabulary',
      'vocabulary.allow': 'allowed words that were rejected',
      'run.start': 'started a training run',
      'run.stop': 'ended a training run',
      'version.alias': 'changed an alias',
      'version.rollback': 'rolled back to a version',
      'version.promote': 'promoted a version',
      'experiment.start': 'began an experiment',
      'experiment.stop': 'ended an experiment',
      'experiment.promote': 'chose an arm of an experiment',
      'experiment.step': 'went on to the next step of a canary',
      'experiment.end': 'ended an experiment by itself',
      'gate.pass': 'found a version better',
      'gate.fail': 'found a version no better',
      'gate.undecided': 'could not measure a version',
      'alert.acknowledge': 'acknowledged an alert',
      'alert.silence': 'silenced alerts',
      'webhook.test': 'tested a webhook',
      'inference-token.create': 'created an inference token',
      'inference-token.revoke': 'revoked an inference token',
      'model.load': 'loaded a model for inference',
      'model.unload': 'unloaded a model from inference',
      'monitor.settings': 'changed how drift is watched',
      'monitor.reference': 'changed a reference for drift',
    } satisfies Record<AuditAction, string>,
  },
};

/** Most words of a vocabulary that are listed. */
const mostWords = 12;

/** Description of changed words of a vocabulary; undefined for other changes. */
function changedWords(field: string, from: unknown, to: unknown): string | undefined {
  const said = { vocabulary: ['Taken out', 'Added'], rejected: ['Allowed again', 'Rejected'] }[field];
  const list = Array.isArray(to) ? to : from;
  if (!said || !Array.isArray(list)) return undefined;
  const others = list.length - mostWords;
  const named = list.slice(0, mostWords).map(String).join(', ');
  return `${said[list === to ? 1 : 0]}: ${named}${others > 0 ? ` and ${counted(others, 'other', 'others')}` : ''}`;
}

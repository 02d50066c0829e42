import type { AuditAction } from '@murmuration/api/audit';
import type { Changed } from '@murmuration/api/live';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';

/** Subject that an operator's action changes, in addition to the audit log. */
const subjectOf: Readonly<Record<AuditAction, Changed['subject'] | null>> = {
  'enrolment-token.create': 'enrolment-tokens',
  'enrolment-token.revoke': 'enrolment-tokens',
  'enrolment-token.revoke-devices': 'devices',
  'operator-token.create': 'operator-tokens',
  'operator-token.revoke': 'operator-tokens',
  'device.revoke': 'devices',
  'device.pardon': 'devices',
  'task.pause': null,
  'task.resume': null,
  'round.abort': null,
  'round.start': null,
  'query.run': 'queries',
  'vocabulary.grow': 'queries',
  'vocabulary.reject': 'queries',
  'vocabulary.allow': 'queries',
  'run.start': null,
  'run.stop': null,
  'version.alias': 'versions',
  'version.rollback': 'versions',
  'version.promote': 'versions',
  'experiment.start': 'experiments',
  'experiment.stop': 'experiments',
  'experiment.promote': 'experiments',
  'experiment.step': 'experiments',
  'experiment.end': 'experiments',
  'gate.pass': 'versions',
  'gate.fail': 'versions',
  'gate.undecided': 'versions',
  'task.settings': 'settings',
  'task.add': 'tasks',
  'alert.acknowledge': 'alerts',
  'alert.silence': 'alerts',
  'webhook.test': 'alerts',
  'inference-token.create': 'inference-tokens',
  'inference-token.revoke': 'inference-tokens',
  'model.load': 'inference',
  'model.unload': 'inference',
  'monitor.settings': 'monitor',
  'monitor.reference': 'monitor',
};

/**
 * Calls `changed` for all that a page may show, `often` for frequent changes, and `moved` if the overview is
 * out of date.
 */
export function watchChanges(
  events: CoordinatorEvents,
  moved: () => void,
  changed: (what: Changed) => void,
  often: (subject: 'connections' | 'inference') => void,
): void {
  const tell = (subject: Changed['subject'], task: TaskName | null = null) => changed({ subject, task });
  for (const event of [
    'round',
    'parts',
    'unmasking',
    'connected',
    'disconnected',
    'checked-in',
    'steered',
    'task-added',
  ] as const)
    events.on(event, moved);
  for (const event of ['connected', 'disconnected'] as const) events.on(event, () => often('connections'));
  events.on('inference', () => often('inference'));
  events.on('drift', () => tell('monitor'));
  events.on('round-ended', ({ task }) => {
    moved();
    tell('rounds', task);
  });
  events.on('version', ({ task }) => {
    moved();
    tell('versions', task);
  });
  events.on('aliases', task => {
    moved();
    tell('versions', task);
  });
  events.on('gate', ({ task }) => tell('versions', task));
  events.on('experiment', ({ task }) => tell('experiments', task));
  events.on('measured', task => tell('experiments', task));
  events.on('settings', task => {
    moved();
    tell('settings', task);
  });
  for (const event of ['run-began', 'run-changed', 'run-ended'] as const)
    events.on(event, ({ task }) => {
      moved();
      tell('runs', task);
    });
  events.on('triggered', ({ task }) => tell('runs', task));
  events.on('alert', () => {
    moved();
    tell('alerts');
  });
  events.on('enrolled', () => {
    moved();
    tell('devices');
  });
  events.on('convicted', () => tell('devices'));
  events.on('audited', ({ action }) => {
    const subject = subjectOf[action];
    if (subject) tell(subject);
    // An overview shows who looks after an alert.
    if (subject === 'alerts') moved();
    tell('audit');
  });
}

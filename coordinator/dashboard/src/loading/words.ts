export const words = {
  loading: 'Loading …',
  retry: 'Try again',
  outdated: 'This part of the dashboard could not be loaded.',
  failure: (code: string) =>
    ({
      'server.unreachable': 'Can’t reach the coordinator.',
      'operator.unauthenticated': 'This token is not valid.',
      'operator.forbidden': 'Your role doesn’t allow this.',
      'request.too-often': 'Too many attempts.',
      'task.settings': 'Some settings are not valid.',
      'task.changed': 'Someone else has changed these settings. Review them, then try again.',
    })[code] ?? 'That didn’t work.',
};

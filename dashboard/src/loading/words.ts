export const words = {
  loading: 'Loading …',
  retry: 'Try again',
  failure: (code: string) =>
    ({
      'server.unreachable': 'The coordinator can’t be reached.',
      'operator.unauthenticated': 'This token does not count.',
      'operator.forbidden': 'Your role does not allow that.',
      'request.too-often': 'Too many attempts.',
      'task.settings': 'Some settings are not right.',
      'task.changed': 'Somebody else changed these settings meanwhile; look at them again.',
    })[code] ?? 'That did not work.',
};

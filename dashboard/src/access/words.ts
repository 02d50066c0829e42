export const words = {
  heading: 'Operator tokens',
  hint: 'Who may sign in here and use the admin API. Those of the configuration are not among them.',
  none: 'No operator token was made here; yours is one of the configuration.',
  forbidden: 'Only admins see who may operate this coordinator. Ask one for a token of that role.',
  you: 'you',
  revokeConsequences: (isOwn: boolean) => [
    'It counts no more, at once and for good, and its sessions end.',
    ...(isOwn ? ['It is your own: you are signed out.'] : []),
  ],
};

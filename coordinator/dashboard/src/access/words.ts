export const words = {
  heading: 'Operator tokens',
  hint: 'People and programs use these tokens to sign in here and to use the admin API. Tokens from the configuration aren’t listed.',
  none: 'No operator token has been created here. Yours comes from the configuration.',
  forbidden: 'Only admins can manage operators. Ask an admin for a token with that role.',
  you: 'you',
  revokeConsequences: (isOwn: boolean) => [
    'The token stops working and its sessions end. You can’t undo this.',
    ...(isOwn ? ['This is your own token: you will be signed out.'] : []),
  ],
};

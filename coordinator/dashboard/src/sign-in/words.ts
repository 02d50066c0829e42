export const words = {
  heading: 'Sign in',
  again: 'Sign in again',
  text: 'Enter your operator token. Your browser stays signed in for 12 hours, or until you sign out.',
  againText: 'Your session has ended. Sign in to continue on this page.',
  token: 'Operator token',
  submit: 'Sign in',
  noToken: 'No token yet?',
  howTo:
    'Create one on the machine where the coordinator runs. If you started the demonstration with npm start, open the address that it printed.',
  command: 'murmuration tokens create --role admin --name NAME --storage FOLDER',
};

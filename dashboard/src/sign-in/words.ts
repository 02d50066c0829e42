export const words = {
  heading: 'Sign in',
  text: 'With the operator token that you were given. It stays with the coordinator; your browser keeps a session, which ends when you sign out.',
  token: 'Operator token',
  submit: 'Sign in',
  noToken: 'No token yet?',
  howTo:
    'Whoever runs the coordinator makes one, on its machine. Without one nobody can sign in; npm start prints an address that brings one along.',
  command: 'murmuration tokens create --role admin --name NAME --storage FOLDER',
};

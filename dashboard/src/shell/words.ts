import type { Connection } from '../live/feed.ts';

export const words = {
  skip: 'Skip to the page',
  navigation: 'Pages',
  task: 'Task',
  signOut: 'Sign out',
  theme: { light: 'Use light colours', dark: 'Use dark colours' },
  missing: {
    page: 'There is no page at this address. The list of pages has what there is.',
    task: (name: string) =>
      `This coordinator has no task “${name}”. It may have been renamed; “Now” shows the tasks that there are.`,
  },
  connection: { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' } satisfies Record<
    Connection,
    string
  >,
  connectionHint: {
    connecting: 'Looking for the coordinator.',
    live: 'Whatever changes is shown at once.',
    reconnecting: 'The connection is gone; it is tried again by itself.',
  } satisfies Record<Connection, string>,
  reconnecting:
    'The coordinator does not answer, so what you see may be old. The connection is tried again by itself; if it stays away, look whether the coordinator runs: murmuration status.',
  lookAtWeakened: 'Look at the settings',
};

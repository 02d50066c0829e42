import { counted } from '../format/format.ts';
import type { FeedConnection } from '../live/feed.ts';

export const words = {
  skip: 'Skip to content',
  find: {
    title: 'Find',
    hint: 'Page, task, version, round, device or setting',
    shortcut: 'Ctrl K',
    found: (amount: number) => (amount === 0 ? 'Nothing has this name.' : counted(amount, 'finding')),
    task: 'Task',
    device: 'Device',
    setting: 'Setting',
  },
  navigation: 'Places',
  tabs: 'Tabs',
  more: 'More',
  /** Ways to begin what a task lacks. */
  offers: {
    training: 'Train in runs',
    experiments: 'Begin an experiment',
    monitoring: 'Watch answers for drift',
    queries: 'Ask devices a question',
    privacy: 'Set a privacy budget',
  },
  task: 'Task',
  signOut: 'Sign out',
  theme: { light: 'Use light theme', dark: 'Use dark theme' },
  missing: {
    page: 'There is no page at this address.',
    task: (name: string) => `This coordinator has no task “${name}”. The overview lists its tasks.`,
  },
  connection: { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting' } satisfies Record<
    FeedConnection,
    string
  >,
  connectionHint: {
    connecting: 'Connecting to the coordinator.',
    live: 'Changes appear at once.',
    reconnecting: 'The connection was lost. The dashboard is trying to reconnect.',
  } satisfies Record<FeedConnection, string>,
  reconnecting:
    'Can’t reach the coordinator, so this page may be out of date. The dashboard is trying to reconnect. To check the coordinator, run: murmuration status.',
  lookAtWeakened: 'Show settings',
  development: 'Development mode: this protects nobody, and only the machine of the coordinator can connect.',
};

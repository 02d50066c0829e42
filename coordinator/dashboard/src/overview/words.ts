import { count, counted } from '../format/format.ts';

export const words = {
  history: {
    of: (task: string) => `History of ${task}`,
    x: 'time, your time zone',
    y: 'devices per round',
    contributed: 'contributed',
    failed: 'in a failed round',
    lost: 'late or lost',
    told: (rounds: number, failed: number, total: number) =>
      rounds === 0
        ? 'No round ended during this time.'
        : `${counted(rounds, 'round')}, ${failed === 0 ? 'none' : count(failed)} failed${total > rounds ? ` (the newest of ${count(total)})` : ''}.`,
    all: 'All rounds',
    devices: 'devices in a round',
    took: 'for a round',
  },
  alerts: 'Alerts',
  noAlerts: 'All is well.',
  waitsForDevices: (task: string, round: number, here: number, minimum: number) =>
    `No alerts, but round ${count(round)} of ${task} is waiting for devices: ${count(here)} are here, the minimum is ${count(minimum)}.`,
  needs: {
    operator: (task: string) => `${task} is paused until somebody resumes it.`,
    budget: (task: string) => `${task} has spent its privacy budget: no round starts.`,
    enrolment: (task: string, devices: number) =>
      `${task} needs ${counted(devices, 'more enrolled device')} before a round starts.`,
  },
  since: 'Since',
  acknowledgedBy: (by: string) => `Acknowledged by ${by}`,
  silenced: 'Silenced until',
  acknowledge: 'Acknowledge',
  acknowledged: 'You look after this alert.',
  silence: {
    label: 'Silence 24 h',
    title: 'Silence these alerts for 24 hours?',
    consequences: [
      'Webhooks hear nothing of alerts of this rule and task for 24 hours.',
      'They still appear in the dashboard.',
      'The silence outlasts a restart of the coordinator.',
    ],
    confirm: 'Silence',
    done: 'Silenced for 24 hours.',
  },
  unsilence: 'End silence',
  unsilenced: 'The silence has ended.',
  look: 'Show details',
  onlineHeading: 'Devices online',
  online: 'connected',
  eligibleNow: 'eligible',
  enrolled: 'enrolled',
  noDevices: (isEnrolmentOpen: boolean) =>
    isEnrolmentOpen
      ? 'No device is connected. Put the address of this coordinator into your app; no token is needed.'
      : 'No device is connected. Create an enrolment token under Settings, Access, and put it into your app.',
  noneNow: 'No device is connected now. Those that are enrolled come back by themselves.',
  clients: (connected: number, eligible: number) => `${count(connected)}, ${count(eligible)} eligible`,
  addTask: {
    heading: 'Add a task',
    none: 'The tasks’ folder of the configuration (tasksFolder) holds no module. Put one there first.',
    label: 'Add',
    title: (file: string) => `Add the task of ${file}?`,
    consequences: [
      'The coordinator runs this module, and starts rounds of its task on schedule.',
      'The task is there again after a restart, as long as its module stays in the folder.',
      'Devices whose app has this task take part within seconds.',
    ],
    confirm: 'Add the task',
    done: 'The task is added.',
    added: (task: string) => `added as ${task}`,
  },
  noTasks: 'This coordinator has no tasks. Start it with a task module: murmuration serve tasks/task.js.',
};

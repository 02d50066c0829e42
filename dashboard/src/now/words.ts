import { count } from '../format/format.ts';

export const words = {
  alerts: 'Alerts',
  noAlerts: 'Nothing needs you.',
  since: 'Since',
  look: 'look at it',
  onlineHeading: 'Devices online',
  online: 'connected',
  eligibleNow: 'eligible',
  enrolled: 'enrolled',
  noDevices:
    'No device is connected. Make an enrolment token on the page “Devices”, give it to your app, and look here again.',
  clients: (connected: number, eligible: number) => `${count(connected)}, ${count(eligible)} eligible`,
  noTasks: 'This coordinator has no task. Name a task module at its start: murmuration serve tasks/task.js.',
};

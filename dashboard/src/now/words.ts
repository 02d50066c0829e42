import { count } from '../format/format.ts';

export const words = {
  alerts: 'Alerts',
  noAlerts: 'All is well.',
  since: 'Since',
  look: 'Show details',
  onlineHeading: 'Devices online',
  online: 'connected',
  eligibleNow: 'eligible',
  enrolled: 'enrolled',
  noDevices:
    'No device is connected. Create an enrolment token on the Devices page and put it into your app.',
  clients: (connected: number, eligible: number) => `${count(connected)}, ${count(eligible)} eligible`,
  noTasks: 'This coordinator has no tasks. Start it with a task module: murmuration serve tasks/task.js.',
};

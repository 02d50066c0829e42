import { count, counted } from '../format/format.ts';

export const words = {
  list: {
    population: 'Population',
    enrolled: 'enrolled',
    revoked: 'revoked',
    seenLastDay: 'seen in the last 24 hours',
    all: 'All devices',
    hint: 'Most recently enrolled first. A device’s ID comes from its key and identifies no person.',
    search: 'Search',
    searchHint: 'Start of the ID',
    show: 'Show',
    both: 'all',
    unrevoked: 'not revoked',
    none: (isEnrolmentOpen: boolean) =>
      isEnrolmentOpen
        ? 'No device has enrolled. Put the address of this coordinator into your app; no token is needed.'
        : 'No device has enrolled. Create an enrolment token under Settings, Access, and put it into your app.',
    noneFit: 'No devices match.',
    columns: {
      device: 'Device',
      state: 'Status',
      runs: 'Platform',
      enrolled: 'Enrolled',
      seen: 'Last seen',
      rounds: 'Participation',
    },
    never: 'never since',
    noRounds: 'no rounds yet',
    convicted: 'sent invalid shares',
    convictions: (rounds: number) => `invalid shares in ${counted(rounds, 'round')}`,
    apart: 'kept apart',
    failures: (sums: number) => `in ${counted(sums, 'sum')} that could not be opened`,
    silences: (rounds: number) => `silent in ${counted(rounds, 'round')}`,
    delays: (rounds: number) => `last in ${counted(rounds, 'round')}`,
    pardon: (device: string) => ({
      label: 'Pardon',
      title: 'Pardon this device?',
      consequences: [
        `The coordinator forgets that ${device} sent invalid shares, or may have made rounds fail.`,
        'The device can take part again at once. If it was revoked for this, the revocation is undone.',
      ],
      confirm: 'Pardon',
      done: 'The device is pardoned.',
    }),
    part: (task: string, rounds: number, updates: number) =>
      `${task}: ${counted(rounds, 'round')}, ${counted(updates, 'update')}`,
    connected: 'connected',
    away: 'offline',
    revoke: (device: string) => ({
      label: 'Revoke',
      title: 'Revoke this device?',
      consequences: [
        `Device ${device} can’t take part any more. You can’t undo this.`,
        'It leaves any running round.',
        'Its updates stay in the versions that include them.',
      ],
      confirm: 'Revoke',
      done: 'The device is revoked.',
    }),
  },
  checkIns: {
    title: 'Check-ins by hour',
    x: 'hour, your time zone',
    y: 'check-ins per hour',
    none: 'No device checked in during this time. Check that devices can reach the coordinator and have enrolled.',
    waiting: 'told to wait for a round',
    later: 'told to come back later',
    ineligible: 'not eligible',
  },
  pace: {
    heading: 'Pace',
    hint: 'The coordinator tells devices that it doesn’t choose when to come back, to keep the load even.',
    interval: 'Rounds start every',
    atOnce: 'one after another',
    chosen: 'A round selects',
    of: (cohort: number, active: number) =>
      cohort <= active
        ? `${count(cohort)} of ${counted(active, 'active device')}`
        : `${counted(cohort, 'device')}; ${active === 0 ? 'none has' : active === 1 ? '1 has' : `${count(active)} have`} been active for an hour`,
    comeBack: 'Others come back in',
    between: (from: string, to: string) => (from === to ? from : `${from} to ${to}`),
  },
  enrolment: {
    heading: 'Enrolment tokens',
    hint: 'New devices enrol with one of these tokens. Tokens from the configuration aren’t listed.',
    none: 'No enrolment token has been created here. Create one and put it into your app; each device needs it once.',
    open: {
      hint: 'Anybody may enrol here (openEnrolment): devices need no token.',
      none: 'No enrolment token has been created here, and none is needed.',
    },
    revokeConsequences: [
      'No more devices can enrol with it. You can’t undo this.',
      'Devices that enrolled with it stay.',
    ],
    revokeAll: (name: string, devices: number) => ({
      label: 'Revoke its devices',
      title: `Revoke “${name}” and all devices that enrolled with it?`,
      consequences: [
        `${counted(devices, 'device')} can’t take part any more. You can’t undo this.`,
        'They leave any running round, and no more devices can enrol with the token.',
      ],
      confirm: 'Revoke its devices',
      done: `“${name}” and its devices are revoked.`,
    }),
  },
};

export const words = {
  /** Reasons of a device to leave a round that are no errors. */
  reasons: {
    stopped: 'The app stopped, or the page was closed.',
    busy: 'The device was busy with another task.',
    declined: 'The device did not want to take part in this, such as a plan below its floors.',
    other: 'The device gave a reason that this coordinator doesn’t know.',
  } as Readonly<Record<string, string>>,
  unknown: 'This dashboard doesn’t know this code. The coordinator is newer than the dashboard.',
  columns: { code: 'Code', count: 'Count', meaning: 'Meaning', advice: 'What to do' },
  expected: 'Expected',
  expectedHint: 'Happens in normal operation',
  advice: (code: string, isRetryable: boolean) => {
    const [where = ''] = code.split('.');
    const known: Readonly<Record<string, string>> = {
      'round.closed':
        'A few are normal: these devices were too slow. If there are many, extend the phase in the settings.',
      'request.too-slow':
        'A few are normal: slow networks. If there are many, check whether a proxy delays request bodies.',
      'request.too-often':
        'Find out which address sends so often. If several of your devices share it, raise the limits.',
      'request.too-many': 'Find out which address it is. If these are your devices, raise the limits.',
      'server.busy': 'If these are your devices, raise limits.connections and the limit on file descriptors.',
      'protocol.version': 'Update the SDK in the app, or update the coordinator.',
      'device.unknown':
        'A few are normal: these devices enrol again by themselves. If there are many, check that the coordinator uses the right storage folder.',
      'device.enrolment-refused':
        'Check that the app has a valid enrolment token. Settings, Access lists them.',
      'device.revoked': 'Nothing. Revoked devices are refused.',
      'operator.unauthenticated':
        'A few are normal: mistyped tokens, and programs whose token has expired. Tokens can’t be guessed; if there are many, find out which program asks.',
      'operator.forbidden': 'If this person needs access, give them a token with a higher role.',
    };
    const byPlace: Readonly<Record<string, string>> = {
      device: 'If there are many, check whether they come from one version of the app.',
      update:
        'Check that all devices run the SDK that this plan needs. Revoke a device that keeps doing this.',
      secagg: 'If it continues, check that all devices run the same SDK. Someone may be probing the masking.',
      crypto: 'If it continues, revoke the device. Someone may be probing the masking.',
      storage: 'Check the disk: murmuration doctor.',
      server: 'Check the coordinator’s log: murmuration doctor.',
      model: 'Check the storage: murmuration doctor.',
      protocol: 'If there are many, someone is sending malformed messages. A firewall can block them.',
      training: 'Look at the error that the app hears: the event “error” of the client has its text.',
      app: 'Look at the error that the app hears: the event “error” of the client has its text.',
      data: 'Look at the error that the app hears: the event “error” of the client has its text.',
      request: 'If there are many, someone is sending malformed requests. A firewall can block them.',
    };
    return (
      known[code] ??
      byPlace[where] ??
      (isRetryable
        ? 'Nothing. The device tries again by itself.'
        : 'Check whether they come from one version of the app.')
    );
  },
};

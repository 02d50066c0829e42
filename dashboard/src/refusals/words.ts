export const words = {
  unknown: 'This dashboard does not know the code; the coordinator is newer than it.',
  columns: { code: 'Code', count: 'Times', meaning: 'What it means', advice: 'What to do' },
  advice: (code: string, isRetryable: boolean) => {
    const [where = ''] = code.split('.');
    const known: Readonly<Record<string, string>> = {
      'round.closed':
        'Nothing, if few: these devices were too slow. If many, give the phase more time in the settings.',
      'request.too-slow': 'Nothing, if few: slow networks. If many, look whether a proxy holds bodies back.',
      'request.too-often':
        'Look which address it is; raise the limits if they are devices of yours behind one address.',
      'request.too-many': 'Look which address it is; raise the limits if they are devices of yours.',
      'server.busy': 'Raise limits.connections and the file descriptors, if these are devices of yours.',
      'protocol.version': 'Bring the app’s SDK up to date, or the coordinator.',
      'device.unknown':
        'Nothing, if few: they enrol by themselves. If many, look whether the storage is the right one.',
      'device.enrolment-refused':
        'Look whether the app has an enrolment token that counts; the page “Devices” has them.',
      'device.revoked': 'Nothing: revoked devices are kept out.',
      'operator.unauthenticated':
        'If you did not mistype a token, look who is trying; revoke tokens that may be known.',
      'operator.forbidden': 'Give whoever it is a token of a higher role, if they should have one.',
    };
    const byPlace: Readonly<Record<string, string>> = {
      device: 'If many, look whether one version of the app is behind it.',
      update:
        'Look whether all devices run the SDK of this plan; a device that goes on with it can be revoked.',
      secagg: 'If it goes on, look whether all devices run the same SDK; somebody may be testing the masks.',
      crypto: 'If it goes on, somebody may be testing the masks; revoke the device.',
      storage: 'Look at the disk: murmuration doctor.',
      server: 'Look at the coordinator’s log: murmuration doctor.',
      model: 'Look at the storage: murmuration doctor.',
      protocol: 'If many, somebody sends what no SDK would; a proxy or a firewall can keep them out.',
      request: 'If many, somebody sends what no SDK would; a proxy or a firewall can keep them out.',
    };
    return (
      known[code] ??
      byPlace[where] ??
      (isRetryable
        ? 'Nothing: whoever it was tries again by itself.'
        : 'Look whether one version of the app is behind it.')
    );
  },
};

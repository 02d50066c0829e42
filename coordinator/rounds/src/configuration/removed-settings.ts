/** What takes the place of each setting that was removed, by its path without indices. */
export const removedSettings: Readonly<Record<string, string>> = {
  // Of the coordinator.
  'limits.strangers': 'It is a tenth of limits.connections.',
  'limits.strangersPerAddress': 'It is half of limits.connectionsPerAddress.',
  'limits.polled': 'It is limits.connections.',
  'limits.polledPerAddress': 'It is limits.connectionsPerAddress.',
  'limits.handshake': 'A hello may take 15 s.',
  'limits.inFlight': '16 messages of a connection may wait.',
  'limits.messages': 'A device may send 64 messages at once, and 16 a second.',
  'limits.messagesPerAddress': 'It is twice limits.requestsPerAddress.',
  'limits.dashboards': '200 dashboards may be open.',
  'limits.dashboardsPerAddress': '100 dashboards of an address may be open.',
  'limits.requestsPerAddress.burst':
    'Write limits.requestsPerAddress: 2000, the number a second; five times as many may come at once.',
  'limits.requestsPerAddress.perSecond':
    'Write limits.requestsPerAddress: 2000, the number a second; five times as many may come at once.',
  'limits.enrolmentsPerAddress.burst':
    'Write limits.enrolmentsPerAddress: 50, the number a second; 40 times as many may come at once.',
  'limits.enrolmentsPerAddress.perSecond':
    'Write limits.enrolmentsPerAddress: 50, the number a second; 40 times as many may come at once.',
  'limits.signInsPerAddress': 'An address may try 20 times at once, and every 5 s.',
  'limits.uploads': 'There is a place for each MiB of limits.uploadBytes.',
  'limits.predictions': '64 predictions for devices may wait.',
  'limits.predictionsPerDevice': 'A device may ask for 16 predictions at once, and 4 a second.',
  'limits.slowest': 'A transfer has to bring 2 KiB a second.',
  'limits.patience': 'Transfers are measured over 10 s.',
  'limits.outgoing': '4 MiB may wait for a device.',
  'alerts.figuresFell.better': 'The name of the figure says which direction is better.',
  'alerts.diskFilling': 'It begins below 10 % of free space, or a day before the disk is full.',
  'alerts.manyEnrolments.devices':
    'Write alerts.manyEnrolments: 1000, the number of devices within 10 minutes.',
  'alerts.manyEnrolments.within':
    'Write alerts.manyEnrolments: 1000, the number of devices within 10 minutes.',
  'alerts.dataDrifted': 'Set inference.drift to null to watch for no drift.',
  'retention.rounds': 'Set retention.roundsFor, the time for which records are kept.',
  's3.publicEndpoint': 'Write this origin as s3.downloads.',
  'tracking.mlflow.artifacts': 'Files of versions and reports of drift are always sent.',
  'tracking.mlflow.every': 'Remote aliases are looked at every minute.',
  'tracking.mlflow.queue': '100,000 operations may wait.',
  'tracking.openLineage.queue': '100,000 events may wait.',

  // Of serving.

  // Of tasks.
};

/**
 * Returns what to do about a setting that was removed, or about one in the object found at `path`; undefined
 * if there never was one.
 */
export function removedSetting(path: readonly PropertyKey[], found?: unknown): string | undefined {
  const name = path.filter(key => typeof key === 'string').join('.');
  const within = typeof found === 'object' && found !== null ? Object.keys(found) : [];
  const gone = [name, ...within.map(key => `${name}.${key}`)].find(each =>
    Object.hasOwn(removedSettings, each),
  );
  const instead = gone && removedSettings[gone];
  return instead && `this setting was removed: take it out. ${instead}`;
}

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
  'inference.tokens.rate.burst': 'As many requests as perSecond may come at once.',
  'inference.tokens.quota.hours': 'The requests of a quota come back over a day.',
  'inference.maxDelay': 'Requests that came while the model was busy run together.',
  'inference.pendingPerModel': 'It is a quarter of pending, and no less than 256.',
  'inference.elements': 'A request has 67,108,864 elements at most.',
  'inference.bodies': 'It is four times body, and no less than 256 MiB.',
  'inference.log.mode': 'Requests and responses are logged.',
  'inference.log.rates': 'Give rate shares by model name, such as {"*": 0.1, "spam": 1}.',
  'inference.log.payload': 'Values of more than 64 KiB are left out.',
  'inference.log.source': 'It is /murmuration/inference.',
  'inference.log.namespace': 'It is default.',
  'inference.log.entries': '10,000 events may wait for a sink.',
  'inference.log.bytes': 'Events of 32 MiB may wait for a sink.',
  'inference.log.batch': '500 events are written together.',
  'inference.log.delay': 'An event waits 200 ms for others.',
  'inference.log.files.size': 'A new file begins after 64 MiB.',
  'inference.log.files.age': 'A new file begins after a day.',
  'inference.log.files.gzip': 'Closed files are compressed.',
  'inference.log.files.sync': 'Events count as written once they are on disk.',
  'inference.log.files.keepFor': 'Set keepFor of the log.',
  'inference.log.database.table': 'The table is request_log.',
  'inference.log.database.keepFor': 'Set keepFor of the log.',
  'inference.log.kafka.tls': 'Write kafka+ssl:// before the brokers for TLS.',
  'inference.log.http.format': 'Each event is a request of its own.',
  'inference.log.http.timeout': 'A receiver has 10 s to answer.',
  'inference.feedback.pending': '100,000 predictions wait for their outcomes.',
  'inference.drift.share': 'It is 0.5; the page of the monitor sets it for a model.',
  'inference.drift.test': 'It is jensen-shannon; the page of the monitor sets it for a model.',
  'inference.drift.threshold': "It is the test's own; the page of the monitor sets it for a model.",
  'inference.drift.correction': 'There is none; the page of the monitor sets it for a model.',
  'inference.drift.reference': 'A reference has 1,000 rows, unless one is given.',
  'inference.report.every': 'A replica reports each second.',
  'rabbitmq.prefetch': '32 requests are under way at most.',
  'rabbitmq.attempts': 'A request is tried five times.',
  'rabbitmq.retryDelay': 'The second try comes after 1 s; each further pause is twice as long.',
  'rabbitmq.deliveries': 'A request is a dead letter after 20 deliveries without an answer.',
  'rabbitmq.remember': '100,000 answered keys are remembered.',
  'rabbitmq.trusted': 'Requests of a broker need a token where there are any.',
  'kafka.prefetch': '32 requests are under way at most.',
  'kafka.attempts': 'A request is tried five times.',
  'kafka.retryDelay': 'The second try comes after 1 s; each further pause is twice as long.',
  'kafka.deliveries': 'A request is a dead letter after 20 deliveries without an answer.',
  'kafka.remember': '100,000 answered keys are remembered.',
  'kafka.trusted': 'Requests of a broker need a token where there are any.',
  'rabbitmq.declare': 'Missing queues are declared; those that are there are left as they are.',
  'kafka.tls': 'Write kafka+ssl:// before the brokers for TLS.',
  'kafka.session': 'A server without a heartbeat for 30 s counts as dead.',

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

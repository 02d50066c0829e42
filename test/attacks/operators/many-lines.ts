// Writes many lines to the log of a coordinator, says on standard output that it has done so, and then lives until it is told to end.

import { createLog, logEvents } from '@murmuration/coordinator/telemetry/log';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';

const events = new CoordinatorEvents();
logEvents(events, createLog('debug'));
const lines = 50_000;
for (let i = 0; i < lines; i++)
  events.emit('refused', 'socket', 'round.closed', `line ${i} ${'of some length '.repeat(10)}`);
// Listeners are called, and lines are written, before this.
await new Promise(resolve => setImmediate(resolve));
process.stdout.write(`${lines} lines are written.\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

// npm run simulate, as a process of a test or a benchmark, which ends with it.
import '@murmuration/tuning/simulate';

process.once('disconnect', () => process.exit(1));
// To listen for that is no reason to stay.
process.channel?.unref();

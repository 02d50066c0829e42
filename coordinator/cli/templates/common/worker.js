import { webgl } from '@murmuration/client-sdk/webgl';
import { serveTraining } from '@murmuration/client-sdk/worker';
import objective from './objective.js';

// The graphics processor trains models that the kernels of the SDK don't know.
serveTraining(objective, { backends: [webgl] });

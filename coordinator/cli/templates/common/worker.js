import { serveTraining } from '@murmuration/client-sdk/worker';
import { webgl } from '@murmuration/engine/webgl';
import objective from './objective.js';

// The graphics processor trains models that the kernels of the SDK don't know.
serveTraining(objective, { backends: [webgl] });

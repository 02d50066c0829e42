import { serveTraining } from '@murmuration/client-sdk/worker/serve-training';
import line from '../../unit/client-sdk/training/line.ts';

// What apps in plain JavaScript gave before WebGL was a package of its own.
serveTraining(line, { backends: JSON.parse('["webgl"]') });

import { serveTraining } from '@murmuration/client-sdk/worker';
import { words } from '../words.ts';

serveTraining(words);

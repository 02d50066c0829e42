import { serveTraining } from '@murmuration/client-sdk/browser';
import { words } from '../words.ts';

serveTraining(words);

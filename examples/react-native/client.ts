import { jsTrainer } from '@murmuration/client-sdk/js-kernels';
import { appState, asyncStorage, FederatedClient, firstTrainer } from '@murmuration/client-sdk/react-native';
import { webViewTrainer } from '@murmuration/client-sdk/web-view';
import AsyncStorage from '@react-native-async-storage/async-storage';
import { AppState, Platform } from 'react-native';
import { plainNotes } from './notes.js';
import { serving } from './serving.js';
import page from './training-page.js';

/** Trainer in a hidden page, which `App` mounts; it also predicts. */
export const training = webViewTrainer({ page });

/** Notes of the person, which the model learns from. They never leave the phone. */
export const notes: string[] = [];

/** Address of the development machine; Android's emulator reaches it at 10.0.2.2. */
const ownMachine = Platform.OS === 'android' ? 'http://10.0.2.2:8800' : 'http://127.0.0.1:8800';

export const makeClient = (url = ownMachine): FederatedClient =>
  new FederatedClient(
    {
      url,
      tasks: {
        notes: {
          examples: () => notes,
          trainer: firstTrainer([
            { name: 'a hidden web view', trainer: training },
            { name: 'kernels in JavaScript', trainer: jsTrainer(plainNotes) },
          ]),
          hybrid: { serving, inference: training.inference },
        },
      },
      storage: asyncStorage(AsyncStorage),
      enrolment: 'anybody',
      cleartext: 'allowed',
      // Floors of a demonstration: three devices, a round every few seconds.
      floors: {
        masking: 'honest-but-curious',
        smallestCohort: 3,
        smallestSum: 3,
        leastExamples: 3,
        uploadSlot: 0,
        contributions: { day: Number.POSITIVE_INFINITY, model: Number.POSITIVE_INFINITY },
      },
    },
    { os: Platform.OS, ...appState(AppState) },
  );

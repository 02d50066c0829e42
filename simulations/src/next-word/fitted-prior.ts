import type { WeightsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';

/** Of the n-grams of everybody adapted to the phone, of the copy that it trained on, of its own n-grams. */
const of = (adapted: number, tuned: number, own: number) => ({
  'adapted-ngrams': adapted,
  'fine-tuned': tuned,
  'ngram-cache': own,
});

/**
 * Fitted as `fitPrior` does, on the validation text of every third phone (the last ninth of what it trains on): no held-out message of the table has a
 * part in it. What a phone has held out itself counts little beside it, since rounds have taught most of the parts what that says.
 */
export const fittedPrior: WeightsPrior = {
  weights: of(0.186, 0.553, 0.078),
  bins: {
    '0-0': of(0.158, 0.493, 0.101),
    '0-1': of(0.204, 0.494, 0.075),
    '0-2': of(0.156, 0.529, 0.072),
    '0-3': of(0.157, 0.587, 0.07),
    '1-0': of(0.234, 0.549, 0.05),
    '1-1': of(0.189, 0.485, 0.048),
    '1-2': of(0.115, 0.499, 0.182),
    '1-3': of(0.252, 0.492, 0.229),
    '1-4': of(0.154, 0.54, 0.083),
    '1-5': of(0.176, 0.501, 0.172),
    '1-6': of(0.183, 0.535, 0.098),
    '2-0': of(0.208, 0.555, 0.062),
    '2-1': of(0.219, 0.55, 0.025),
    '2-2': of(0.255, 0.532, 0.069),
    '2-3': of(0.148, 0.576, 0.084),
    '2-4': of(0.067, 0.439, 0.185),
    '2-5': of(0.13, 0.572, 0.134),
    '2-6': of(0.157, 0.567, 0.065),
    '3-0': of(0.237, 0.482, 0.096),
    '3-1': of(0.17, 0.584, 0.051),
    '3-2': of(0.22, 0.526, 0.066),
    '3-3': of(0.224, 0.583, 0.087),
    '3-4': of(0.066, 0.55, 0.14),
    '3-5': of(0.173, 0.517, 0.143),
    '3-6': of(0.16, 0.54, 0.158),
    '3-7': of(0.194, 0.546, 0.087),
  },
  questions: 3_000,
};

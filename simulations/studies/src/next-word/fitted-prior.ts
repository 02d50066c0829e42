import type { WeightsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';

/**
 * Returns the weights of the shared n-grams adapted to the phone, of the fine-tuned copy, and of the phone's
 * own n-grams.
 */
const of = (adapted: number, tuned: number, own: number) => ({
  'adapted-ngrams': adapted,
  'fine-tuned': tuned,
  'ngram-cache': own,
});

/**
 * Result of `fitPrior` on the validation text of all phones (the last ninth of each one's training messages),
 * without any held-out message of the table. The messages that a phone itself holds out count little against
 * it, because rounds have already taught them to most parts.
 */
export const fittedPrior: WeightsPrior = {
  weights: of(0.15, 0.777, 0.072),
  bins: {
    '0-0': of(0.214, 0.634, 0.094),
    '0-1': of(0.208, 0.72, 0.071),
    '0-2': of(0.123, 0.74, 0.135),
    '0-3': of(0.11, 0.832, 0.057),
    '1-0': of(0.155, 0.755, 0.043),
    '1-1': of(0.159, 0.725, 0.046),
    '1-2': of(0.064, 0.763, 0.172),
    '1-3': of(0.179, 0.595, 0.224),
    '1-4': of(0.117, 0.689, 0.097),
    '1-5': of(0.14, 0.67, 0.189),
    '1-6': of(0.13, 0.749, 0.12),
    '1-7': of(0.141, 0.777, 0.08),
    '2-0': of(0.198, 0.772, 0.029),
    '2-1': of(0.191, 0.743, 0.026),
    '2-2': of(0.192, 0.738, 0.068),
    '2-3': of(0.103, 0.75, 0.146),
    '2-4': of(0.038, 0.69, 0.121),
    '2-5': of(0.084, 0.758, 0.156),
    '2-6': of(0.085, 0.487, 0.427),
    '2-7': of(0.135, 0.756, 0.108),
    '3-0': of(0.207, 0.734, 0.057),
    '3-1': of(0.137, 0.82, 0.042),
    '3-2': of(0.167, 0.782, 0.049),
    '3-3': of(0.174, 0.74, 0.084),
    '3-4': of(0.045, 0.783, 0.135),
    '3-5': of(0.086, 0.746, 0.166),
    '3-6': of(0.109, 0.608, 0.281),
    '3-7': of(0.15, 0.723, 0.126),
  },
  questions: 3_000,
};

import type { WeightsPrior } from '@murmuration/client-sdk/hybrid/weights-prior';

/** Of the n-grams of everybody adapted to the phone, of the copy that it trained on, of its own n-grams. */
const of = (adapted: number, tuned: number, own: number) => ({
  'adapted-ngrams': adapted,
  'fine-tuned': tuned,
  'ngram-cache': own,
});

/**
 * Fitted as `fitPrior` does, on the validation text of all phones (the last ninth of what each trains on): no held-out message of the table has a
 * part in it. What a phone has held out itself counts little beside it, since rounds have taught most of the parts what that says.
 */
export const fittedPrior: WeightsPrior = {
  weights: of(0.147, 0.784, 0.068),
  bins: {
    '0-0': of(0.159, 0.766, 0.063),
    '0-1': of(0.122, 0.804, 0.072),
    '0-2': of(0.108, 0.726, 0.165),
    '0-3': of(0.107, 0.834, 0.058),
    '1-0': of(0.165, 0.805, 0.028),
    '1-1': of(0.159, 0.798, 0.042),
    '1-2': of(0.05, 0.771, 0.178),
    '1-3': of(0.17, 0.591, 0.237),
    '1-4': of(0.117, 0.771, 0.089),
    '1-5': of(0.122, 0.704, 0.172),
    '1-6': of(0.131, 0.729, 0.138),
    '1-7': of(0.138, 0.782, 0.078),
    '2-0': of(0.237, 0.742, 0.02),
    '2-1': of(0.212, 0.764, 0.022),
    '2-2': of(0.238, 0.683, 0.078),
    '2-3': of(0.107, 0.758, 0.134),
    '2-4': of(0.035, 0.827, 0.104),
    '2-5': of(0.087, 0.745, 0.166),
    '2-6': of(0.083, 0.489, 0.426),
    '2-7': of(0.135, 0.75, 0.114),
    '3-0': of(0.234, 0.712, 0.052),
    '3-1': of(0.142, 0.822, 0.034),
    '3-2': of(0.184, 0.763, 0.051),
    '3-3': of(0.186, 0.716, 0.096),
    '3-4': of(0.046, 0.819, 0.133),
    '3-5': of(0.094, 0.74, 0.165),
    '3-6': of(0.117, 0.589, 0.293),
    '3-7': of(0.138, 0.742, 0.118),
  },
  questions: 3_000,
};

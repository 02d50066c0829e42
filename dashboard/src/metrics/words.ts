export const words = {
  names: {
    loss: 'Loss',
    accuracy: 'Accuracy',
    perplexity: 'Perplexity',
    precision: 'Precision',
    recall: 'Recall',
  },
  recall: (among: number) => (among === 1 ? 'Recall, first' : `Recall, among ${among}`),
  points: 'points',
};

export const words = {
  names: {
    loss: 'Loss',
    accuracy: 'Accuracy',
    perplexity: 'Perplexity',
    precision: 'Precision',
    recall: 'Recall',
  },
  recall: (among: number) => `Top-${among} recall`,
  points: 'points',
};

/** The ten labs' ids: stable names in commands, stored runs and addresses. */
export const LAB_IDS = [
  'mnist-mlp',
  'diagnosing',
  'mnist-cnn',
  'cifar-resnet',
  'imdb-rnn',
  'imdb-lstm',
  'translation',
  'word2vec',
  'introspection',
  'self-supervised',
] as const;

export type LabId = (typeof LAB_IDS)[number];

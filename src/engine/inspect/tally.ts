/** What is kept of a model's answer for each example. */
import type { SplitPredictions } from '../../shared/inspect.ts';
import { argMax, crossEntropy, softmax } from './softmax.ts';

/** Gathers it in the order of rows, in whatever order the answers come. */
export class Tally {
  private readonly labels: Int32Array;
  private readonly predicted: Int32Array;
  private readonly loss: Float32Array;
  private readonly probability: Float32Array;
  private readonly classes: string[];

  constructor(labels: Int32Array, classes: readonly string[]) {
    this.labels = labels;
    this.predicted = new Int32Array(labels.length);
    this.loss = new Float32Array(labels.length);
    this.probability = new Float32Array(labels.length);
    this.classes = [...classes];
  }

  add(logits: Float32Array, i: number): void {
    // A model may know more classes than the data set has names: those are called by their numbers.
    for (let n = this.classes.length; n < logits.length; n++) this.classes.push(String(n));
    const predicted = argMax(logits);
    this.predicted[i] = predicted;
    this.loss[i] = crossEntropy(logits, this.labels[i] as number);
    this.probability[i] = softmax(logits)[predicted] as number;
  }

  result(): Pick<
    SplitPredictions,
    'classes' | 'confusion' | 'labels' | 'predicted' | 'loss' | 'probability'
  > {
    const { classes, labels, predicted, loss, probability } = this;
    const confusion = new Int32Array(classes.length * classes.length);
    labels.forEach((label, i) => {
      const cell = label * classes.length + (predicted[i] as number);
      confusion[cell] = (confusion[cell] as number) + 1;
    });
    return { classes, confusion, labels, predicted, loss, probability };
  }
}

/** What each lab shows under Inspect: a lab adds itself here; its code is loaded when it is opened. */
import type { Component } from 'svelte';
import type { LabId, LabInfo } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';

export interface InspectProps {
  readonly lab: LabInfo;
  /** Has a checkpoint. */
  readonly run: Run;
  /** A second run to compare with, or null; it may be of a lab in `alongside`. */
  readonly other: Run | null;
  /** One of the lab's own views. */
  readonly view: string;
}

export interface LabInspect {
  /** In the order in which they are offered; the first is where one begins. */
  readonly views: readonly { readonly value: string; readonly label: string }[];
  /** Labs whose runs can stand beside: models of the same images and classes. Its own comes first. */
  readonly alongside: readonly LabId[];
  /** The lab whose best run stands beside to begin with, or null. */
  readonly besides: LabId | null;
  readonly load: () => Promise<{ readonly default: Component<InspectProps> }>;
}

export const INSPECT_VIEWS: Readonly<Partial<Record<LabId, LabInspect>>> = {
  'mnist-mlp': {
    views: [
      { value: 'draw', label: 'Draw' },
      { value: 'weights', label: 'Weights' },
      { value: 'mistakes', label: 'Mistakes' },
      { value: 'calibration', label: 'Calibration' },
      { value: 'training', label: 'Over training' },
    ],
    alongside: ['mnist-mlp', 'mnist-cnn'],
    besides: null,
    load: () => import('./mlp/Inspect.svelte'),
  },
  'mnist-cnn': {
    views: [
      { value: 'draw', label: 'Draw' },
      { value: 'maps', label: 'Feature maps' },
      { value: 'filters', label: 'Filters' },
      { value: 'model', label: 'Model' },
      { value: 'mistakes', label: 'Mistakes' },
      { value: 'calibration', label: 'Calibration' },
      { value: 'training', label: 'Over training' },
    ],
    alongside: ['mnist-cnn', 'mnist-mlp'],
    besides: 'mnist-mlp',
    load: () => import('./cnn/Inspect.svelte'),
  },
  'cifar-resnet': {
    views: [
      { value: 'mistakes', label: 'Mistakes' },
      { value: 'maps', label: 'Feature maps' },
      { value: 'filters', label: 'Filters' },
      { value: 'model', label: 'Model' },
      { value: 'calibration', label: 'Calibration' },
      { value: 'training', label: 'Over training' },
    ],
    alongside: ['cifar-resnet'],
    besides: null,
    load: () => import('./resnet/Inspect.svelte'),
  },
  'imdb-rnn': {
    views: [
      { value: 'read', label: 'Read along' },
      { value: 'units', label: 'Units' },
      { value: 'gradients', label: 'Gradient through time' },
      { value: 'mistakes', label: 'Mistakes' },
      { value: 'calibration', label: 'Calibration' },
      { value: 'training', label: 'Over training' },
    ],
    alongside: ['imdb-rnn', 'imdb-lstm'],
    besides: null,
    load: () => import('./text/Inspect.svelte'),
  },
  'imdb-lstm': {
    views: [
      { value: 'read', label: 'Read along' },
      { value: 'units', label: 'Units' },
      { value: 'model', label: 'Model' },
      { value: 'mistakes', label: 'Mistakes' },
      { value: 'calibration', label: 'Calibration' },
      { value: 'training', label: 'Over training' },
    ],
    alongside: ['imdb-lstm', 'imdb-rnn'],
    besides: null,
    load: () => import('./text/Inspect.svelte'),
  },
};

/** What each lab shows under Inspect: a lab adds itself here; its code is loaded when it is opened. */
import type { Component } from 'svelte';
import type { LabId, LabInfo } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';

export interface InspectProps {
  readonly lab: LabInfo;
  /** Has a checkpoint. */
  readonly run: Run;
  /** A second run to compare with, or null. */
  readonly other: Run | null;
  /** One of the lab's own views. */
  readonly view: string;
}

export interface LabInspect {
  /** In the order in which they are offered; the first is where one begins. */
  readonly views: readonly { readonly value: string; readonly label: string }[];
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
    load: () => import('./mlp/Inspect.svelte'),
  },
};

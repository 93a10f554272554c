/** The form of each lab: what a person has set stays while other pages are looked at. */
import type { LabId, LabInfo, Preset } from '../../shared/labs.ts';
import type { Run } from '../../shared/runs.ts';
import { changedNames, defaultValues, matchingPreset, valuesWith, type FormValues } from './form-values.ts';

export const PLANS = ['auto', 'eager', 'graph', 'xla'] as const;
export type PlanChoice = (typeof PLANS)[number];

export const PLAN_LABELS: Readonly<Record<PlanChoice, string>> = {
  auto: 'auto',
  eager: 'eager',
  graph: 'graph',
  xla: 'graph + XLA',
};

/** The seed that the command line takes, too. */
export const DEFAULT_SEED = 1;

export class ExperimentFormState {
  readonly lab: LabInfo;
  values: FormValues = $state.raw({});
  /** What is wrong with what stands in a field, by its name. */
  problems: Readonly<Record<string, string>> = $state.raw({});
  seed = $state(DEFAULT_SEED);
  plan: PlanChoice = $state('auto');

  constructor(lab: LabInfo) {
    this.lab = lab;
    this.values = defaultValues(lab.fields);
  }

  // Not `$derived`: that stands still as soon as the page is left in which the form was made.

  get changed(): readonly string[] {
    return changedNames(this.lab.fields, this.values);
  }

  /** Null for the defaults, undefined for values of the person's own. */
  get preset(): Preset | null | undefined {
    return matchingPreset(this.lab, this.values);
  }

  get isValid(): boolean {
    return Object.keys(this.problems).length === 0;
  }

  /** Whether nothing but the field `name` has a problem. */
  isWhole(name: string): boolean {
    return Object.keys(this.problems).every((other) => other === name);
  }

  set(name: string, value: number | string): void {
    this.values = { ...this.values, [name]: value };
  }

  setProblem(name: string, problem: string | null): void {
    const { [name]: before, ...others } = this.problems;
    if (problem === (before ?? null)) return;
    this.problems = problem === null ? others : { ...others, [name]: problem };
  }

  /** Takes a preset's values, or with '' the defaults; what else was set is gone. A name that the lab does not have changes nothing. */
  takePreset(name: string): void {
    const preset = this.lab.presets.find((each) => each.name === name);
    if (preset === undefined && name !== '') return;
    this.values = valuesWith(this.lab.fields, preset?.values ?? {});
    this.problems = {};
  }

  /** Takes over all that a run was started with. */
  takeRun(run: Pick<Run, 'config' | 'seed' | 'plan'>): void {
    this.values = valuesWith(this.lab.fields, run.config);
    this.problems = {};
    this.seed = run.seed;
    this.plan = PLANS.find((plan) => plan === run.plan) ?? 'auto';
  }

  reset(): void {
    this.takePreset('');
    this.seed = DEFAULT_SEED;
    this.plan = 'auto';
  }
}

const forms: Partial<Record<LabId, ExperimentFormState>> = {};

/** The form of a lab; the same one as long as the lab's schema is the same. */
export function formOf(lab: LabInfo): ExperimentFormState {
  const known = forms[lab.id];
  if (known !== undefined && JSON.stringify(known.lab.fields) === JSON.stringify(lab.fields)) return known;
  const made = new ExperimentFormState(lab);
  forms[lab.id] = made;
  return made;
}

/** What the contract's procedures are made of. */
import type { AppEvent, Settings } from '../../shared/app.ts';
import type { EngineSupervisor } from '../engines/index.ts';
import type { History } from '../history/index.ts';
import type { DataService } from './data.ts';
import type { EventHub } from './hub.ts';
import type { LabList } from './lab-list.ts';
import type { RunService } from './runs.ts';
import type { Status } from './status.ts';

export interface ServiceParts {
  readonly home: string;
  readonly engines: EngineSupervisor;
  readonly labs: LabList;
  readonly data: DataService;
  readonly status: Status;
  readonly hub: EventHub;
  readonly publish: (event: AppEvent) => void;
  readonly log: (text: string) => void;
  /** Each throws what keeps the history from being used. */
  readonly history: () => History;
  readonly runs: () => RunService;
  readonly settings: () => Promise<Settings>;
  /** A window listens. */
  readonly onWindow: () => void;
}

/** Data sets for the windows: calls to the engine, progress for everyone, and one fetch at a time for each data set. */
import type { AppEvent } from '../../shared/app.ts';
import type { DataSetListing, FetchProgress, ImportReport } from '../../shared/data.ts';
import type { EngineMethods } from '../../shared/engine-protocol.ts';
import type { EngineSupervisor } from '../engines/index.ts';

interface Fetch {
  readonly listing: Promise<DataSetListing>;
  readonly abort: AbortController;
}

export class DataService {
  private readonly engines: EngineSupervisor;
  private readonly publish: (event: AppEvent) => void;
  private readonly fetches = new Map<string, Fetch>();

  constructor(engines: EngineSupervisor, publish: (event: AppEvent) => void) {
    this.engines = engines;
    this.publish = publish;
  }

  list(): Promise<readonly DataSetListing[]> {
    return this.engines.call('data.list', {});
  }

  /** A second call while the first is under way gets the first one's answer. */
  fetch(id: string): Promise<DataSetListing> {
    const running = this.fetches.get(id);
    if (running !== undefined) return running.listing;
    const abort = new AbortController();
    const listing = this.startFetch(id, abort.signal).finally(() => this.fetches.delete(id));
    this.fetches.set(id, { listing, abort });
    return listing;
  }

  /** Whoever waits for the fetch gets the problem `data/aborted`. Does nothing where there is none. */
  cancelFetch(id: string): void {
    this.fetches.get(id)?.abort.abort();
  }

  async import(params: EngineMethods['data.import']['params']): Promise<ImportReport> {
    const report = await this.engines.call('data.import', params);
    this.publish({ kind: 'data', id: report.info.id });
    return report;
  }

  async remove(id: string): Promise<void> {
    await this.engines.call('data.remove', { id });
    this.publish({ kind: 'data', id });
  }

  private async startFetch(id: string, signal: AbortSignal): Promise<DataSetListing> {
    const onUpdate = (progress: unknown): void =>
      this.publish({ kind: 'fetching', progress: progress as FetchProgress });
    try {
      return await this.engines.call('data.fetch', { id }, { signal, onUpdate });
    } finally {
      // Also where it failed: that ends the progress, and files that were found damaged change the listing.
      this.publish({ kind: 'data', id });
    }
  }
}

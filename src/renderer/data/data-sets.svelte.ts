/** The data sets on this machine and their statistics, kept as long as they do not change. */
import type { DataSetListing } from '../../shared/data.ts';
import type { Problem } from '../../shared/app.ts';
import type { DataSetStatistics } from '../../shared/inspect.ts';
import { app, client, problemOf } from '../state/client.svelte.ts';
import { live } from '../state/live.svelte.ts';

class DataSets {
  /** Null until the first answer. */
  list: readonly DataSetListing[] | null = $state.raw(null);
  problem: Problem | null = $state.raw(null);
  #asked = -1;
  readonly #statistics = new Map<string, Promise<DataSetStatistics>>();

  /** Loads the list where it is not there or has changed. Call it from an effect: it depends on `live.dataVersion`. */
  follow(): void {
    const version = live.dataVersion;
    if (app.client === null || version === this.#asked) return;
    this.#asked = version;
    this.#statistics.clear();
    void this.load();
  }

  async load(): Promise<void> {
    const version = this.#asked;
    try {
      const list = await client().data.list();
      if (version !== this.#asked) return;
      this.list = list;
      this.problem = null;
    } catch (error) {
      if (version === this.#asked) this.problem = problemOf(error);
    }
  }

  find(id: string): DataSetListing | null {
    return this.list?.find(({ info }) => info.id === id) ?? null;
  }

  /** Asked once for each data set. */
  statistics(id: string): Promise<DataSetStatistics> {
    const known = this.#statistics.get(id);
    if (known !== undefined) return known;
    const asked = client().data.statistics({ id });
    this.#statistics.set(id, asked);
    // One that failed is asked again next time.
    asked.catch(() => this.#statistics.delete(id));
    return asked;
  }
}

export const dataSets = new DataSets();

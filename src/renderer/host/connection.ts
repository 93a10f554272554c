/** A window's connection to its lab: what it offers, its state, and who wants to know. */
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/contract.ts';
import type { Host } from '../../shared/host.ts';

export interface Connection {
  readonly host: Host;
  readonly client: ContractRouterClient<Contract>;
  /** Tells the state at once, then every change; at each 'open', streams have to be subscribed to again. Returns the way to stop. */
  onConnection(listener: ConnectionListener): () => void;
}

export type ConnectionState =
  /** Not yet there; at the start alone. */
  | 'connecting'
  | 'open'
  /** It was there, and is being looked for again. Streams have ended: subscribe again at the next 'open'. */
  | 'lost'
  /** The lab answers, but not to this window: it was started again and has another token. */
  | 'locked';

export type ConnectionListener = (state: ConnectionState) => void;

/** A state with listeners. Each is told the present one at once, then every change. */
export class ConnectionStatus {
  #state: ConnectionState = 'connecting';
  readonly #listeners = new Set<ConnectionListener>();

  get state(): ConnectionState {
    return this.#state;
  }

  set(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }

  /** Returns the way to stop listening. */
  listen(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  /** The next change of the state; rejects when `signal` aborts before. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        this.#listeners.delete(listener);
        reject(signal.reason as Error);
      };
      const listener = (): void => {
        this.#listeners.delete(listener);
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      if (signal.aborted) return aborted();
      signal.addEventListener('abort', aborted);
      this.#listeners.add(listener);
    });
  }
}

/** oRPC over a WebSocket that comes back by itself: after a restart of the lab, a sleep of the machine, a broken tunnel. */
import type { ClientContext, ClientOptions } from '@orpc/client';
import type { StandardLinkClient } from '@orpc/client/standard';
import { LinkWebsocketClient } from '@orpc/client/websocket';
import { LabError } from '../../shared/errors.ts';
import { ConnectionStatus } from './connection.ts';

export type Answer = 'here' | 'locked' | 'silent';

export interface ReconnectOptions {
  readonly openSocket: () => WebSocket;
  /** Asks the lab for a sign of life by another way than the socket. */
  readonly probe: () => Promise<Answer>;
  readonly timing?: Partial<ReconnectTiming>;
}

export interface ReconnectTiming {
  /** From the first try to the longest pause; each is twice the one before. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** How long a call that is made without a connection waits for one. */
  readonly patienceMs: number;
  /** A socket on which nothing came for this long is looked after: the other end may be gone without a word. */
  readonly silenceMs: number;
}

const TIMING: ReconnectTiming = {
  firstPauseMs: 250,
  longestPauseMs: 5_000,
  patienceMs: 10_000,
  silenceMs: 20_000,
};

/** `WebSocket.OPEN`; spelt out, since the class itself is a browser’s. */
const SOCKET_OPEN = 1;

type Send = StandardLinkClient<ClientContext>['call'];

export class ReconnectingLink implements StandardLinkClient<ClientContext> {
  readonly status = new ConnectionStatus();
  readonly #options: ReconnectOptions;
  readonly #timing: ReconnectTiming;
  #socket: WebSocket | undefined;
  #link: LinkWebsocketClient<ClientContext> | undefined;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  constructor(options: ReconnectOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#connect();
  }

  /** Sends a call when there is a connection. One that is under way when it breaks fails: nobody knows whether it was heard. */
  async call(...[request, options, path, input]: Parameters<Send>): ReturnType<Send> {
    const link = this.#usable ?? (await this.#whenOpen(options));
    try {
      return await link.call(request, options, path, input);
    } catch (error) {
      throw link === this.#usable ? error : lost();
    }
  }

  /** A socket that closes is of no use from the moment it begins to, which is before it says so. */
  get #usable(): LinkWebsocketClient<ClientContext> | undefined {
    return this.#socket?.readyState === SOCKET_OPEN ? this.#link : undefined;
  }

  /** Tries at once instead of at the end of the pause: the network came back, or the window was looked at again. */
  retryNow(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#socket?.close();
  }

  #connect(): void {
    this.#timer = undefined;
    const socket = this.#options.openSocket();
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    let heardAt = performance.now();
    socket.addEventListener('message', () => (heardAt = performance.now()));
    socket.addEventListener('open', () => {
      this.#tries = 0;
      this.#link = new LinkWebsocketClient({ websocket: socket });
      this.#watch = setInterval(() => {
        if (performance.now() - heardAt < this.#timing.silenceMs) return;
        heardAt = performance.now();
        void this.#options.probe().then((answer) => {
          // A socket whose other end is gone may take minutes to close: the loss is told now.
          if (answer === 'silent' && socket === this.#socket) this.#lose(socket);
        });
      }, this.#timing.silenceMs / 2);
      this.status.set('open');
    });
    socket.addEventListener('close', () => this.#lose(socket));
  }

  #lose(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#link = undefined;
    clearInterval(this.#watch);
    socket.close();
    if (this.#closed) return;
    if (this.status.state === 'open') this.status.set('lost');
    void this.#retry();
  }

  async #retry(): Promise<void> {
    // A browser does not say why a socket was refused; a request for the page does.
    const answer = await this.#options.probe();
    if (this.#closed) return;
    if (answer === 'locked') this.status.set('locked');
    else if (this.status.state === 'locked') this.status.set('lost');
    const { firstPauseMs, longestPauseMs } = this.#timing;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#tries++);
    this.#timer = setTimeout(() => this.#connect(), pause);
  }

  async #whenOpen({ signal }: ClientOptions<ClientContext>): Promise<LinkWebsocketClient<ClientContext>> {
    const patience = AbortSignal.timeout(this.#timing.patienceMs);
    const limit = signal === undefined ? patience : AbortSignal.any([signal, patience]);
    for (;;) {
      if (this.#usable !== undefined) return this.#usable;
      if (this.status.state === 'locked') throw locked();
      await this.status.changed(limit).catch((reason: unknown) => {
        throw patience.aborted ? lost() : reason;
      });
    }
  }
}

function lost(): LabError {
  return new LabError('connection/lost', 'The connection to the lab is lost.', {
    hint: 'This window connects again by itself; then try once more.',
  });
}

function locked(): LabError {
  return new LabError('connection/locked', 'The lab was started again and has a new token.', {
    hint: 'Open the address that it has printed.',
  });
}

/**
 * An engine's side of the protocol: it trains one run at a time, answers calls, and says each second that it lives.
 *
 * It never outlives main for long: when the channel closes, a run writes a checkpoint and the process ends.
 */
import type { EngineRunEvent, FromEngine, RunTask, ToEngine } from '../../shared/engine-protocol.ts';
import { LabError } from '../../shared/errors.ts';
import { toProblem } from '../../shared/problems.ts';
import { describeLab, LABS } from '../labs/index.ts';
import { executeRun } from '../runs/index.ts';
import { startRuntime, type RuntimeOptions } from '../runtime/index.ts';
import { TrainingControl } from '../training/index.ts';
import type { Channel } from './channel.ts';
import type { CallContext, MethodTable } from './methods.ts';

const HEARTBEAT_MS = 1000;
/** How long a run may take to write its last checkpoint when main is gone. */
const LEAVE_MS = 10_000;

type Call = Extract<ToEngine, { kind: 'call' }>;

export class EngineServer {
  private readonly channel: Channel;
  private readonly methods: MethodTable;
  private readonly exit: (code: number) => void;
  private readonly calls = new Map<number, AbortController>();
  private training:
    { readonly id: number; readonly control: TrainingControl; done: Promise<void> } | undefined;

  constructor(channel: Channel, methods: MethodTable, exit: (code: number) => void) {
    this.channel = channel;
    this.methods = methods;
    this.exit = exit;
  }

  /** Starts TensorFlow and says what there is; an engine that cannot compute says why, and ends. */
  async start(options: RuntimeOptions): Promise<void> {
    this.channel.onMessage((message) => this.receive(message));
    this.channel.onClose(() => void this.leave());
    setInterval(() => this.send({ kind: 'heartbeat', rssBytes: process.memoryUsage.rss() }), HEARTBEAT_MS);
    try {
      const { device, why, cores, tensorflow, variant } = startRuntime(options);
      this.send({
        kind: 'ready',
        device: { device, why, cores, tensorflow, variant },
        labs: LABS.map(describeLab),
      });
    } catch (error) {
      await this.channel.send({ kind: 'unable', problem: toProblem(error) });
      this.exit(1);
    }
  }

  /** Ends the process, after a checkpoint where a run is under way. */
  async leave(): Promise<void> {
    for (const call of this.calls.values()) call.abort();
    const { training } = this;
    if (training !== undefined) {
      setTimeout(() => this.exit(1), LEAVE_MS);
      training.control.stop();
      await training.done;
    }
    this.exit(0);
  }

  /** What no one caught: whoever waits is told, and the process ends, because nothing is certain any more. */
  async fail(error: unknown): Promise<void> {
    const problem = toProblem(error);
    const waiting = [...this.calls.keys(), ...(this.training === undefined ? [] : [this.training.id])];
    const messages: FromEngine[] =
      waiting.length === 0
        ? [{ kind: 'unable', problem }]
        : waiting.map((id) => ({ kind: 'problem', id, problem }));
    await Promise.all(messages.map((message) => this.channel.send(message)));
    this.exit(1);
  }

  private receive(message: ToEngine): void {
    switch (message.kind) {
      case 'train':
        return this.train(message.id, message.task, message.resume);
      case 'control':
        return this.training?.control[message.action]();
      case 'call':
        return void this.call(message);
      case 'cancel':
        return this.calls.get(message.id)?.abort();
    }
  }

  private train(id: number, task: RunTask, resume: boolean): void {
    if (this.training !== undefined) {
      const error = new LabError('engine/busy', 'This engine trains a run already.', {
        hint: 'Start another engine.',
      });
      return this.send({ kind: 'problem', id, problem: toProblem(error) });
    }
    const control = new TrainingControl();
    const onEvent = (event: EngineRunEvent): void => this.send({ kind: 'run', id, event });
    const done = executeRun(task, { resume, control, onEvent })
      .then(
        (value): FromEngine => ({ kind: 'result', id, value }),
        (error: unknown): FromEngine => ({ kind: 'problem', id, problem: toProblem(error) }),
      )
      .then(async (answer) => {
        await this.channel.send(answer);
        this.training = undefined;
      });
    this.training = { id, control, done };
  }

  private async call({ id, method, params }: Call): Promise<void> {
    const abort = new AbortController();
    this.calls.set(id, abort);
    const context: CallContext = {
      signal: abort.signal,
      update: (value) => this.send({ kind: 'update', id, value }),
    };
    try {
      // The table ties each method's parameters to its name; here both come from the same message.
      const answer = this.methods[method] as (params: unknown, context: CallContext) => unknown;
      this.send({ kind: 'result', id, value: await answer(params, context) });
    } catch (error) {
      this.send({ kind: 'problem', id, problem: toProblem(error) });
    } finally {
      this.calls.delete(id);
    }
  }

  private send(message: FromEngine): void {
    void this.channel.send(message);
  }
}

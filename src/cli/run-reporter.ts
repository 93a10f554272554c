/** Shows a run on the terminal: a live line, a line for each epoch, and how it ended. */
import type { FetchProgress } from '../shared/data.ts';
import type { RunEnded, RunEvent, RunProgress, Values } from '../shared/run-events.ts';
import { startLine } from '../shared/start.ts';
import { formatBar, formatBytes, formatNumber, formatPercent, formatSeconds } from './format.ts';
import type { Output } from './output.ts';

/** Without a live line, a progress line comes this often (milliseconds). */
const PLAIN_MS = 10_000;
const LIVE_MS = 100;
/** Characters of the bar. */
const WIDE_BAR = 24;
const NARROW_BAR = 8;

export class RunReporter {
  private readonly output: Output;
  private readonly isKept: boolean;
  private latest: Values = {};
  private shownAt = 0;

  /** `isKept`: whether one can go on with the run. */
  constructor(output: Output, isKept = true) {
    this.output = output;
    this.isKept = isKept;
  }

  onEvent = (event: RunEvent): void => {
    this.output.object(event);
    if (this.output.json) return;
    switch (event.kind) {
      case 'started':
        this.output.line(`Run ${event.run}`);
        this.output.line(
          `${event.lab}, seed ${event.seed}, ${event.device.toUpperCase()}, plan ${event.plan}`,
        );
        this.output.line(
          Object.entries(event.config)
            .map(([name, value]) => `${name} ${value}`)
            .join(', '),
        );
        if (event.start !== undefined) this.output.line(startLine(event.start));
        break;
      case 'metrics':
        if ('train/loss' in event.values) this.epochLine(event.epoch, event.values);
        else this.latest = event.values;
        break;
      case 'warning':
        this.output.line(`Note: ${event.message}`);
        break;
      case 'checkpoint':
      case 'error':
        break;
      case 'completed':
      case 'stopped':
      case 'failed':
        this.endLines(event);
    }
  };

  onProgress = (progress: RunProgress): void => {
    const now = performance.now();
    if (now - this.shownAt < (this.output.hasLiveLine ? LIVE_MS : PLAIN_MS)) return;
    this.shownAt = now;
    const whole = this.progressText(progress, this.latest);
    if (!this.output.hasLiveLine) return this.output.line(whole);
    // A narrow terminal shows the loss alone: what is cut off would be the time left.
    const { width } = this.output;
    const { loss = NaN } = this.latest;
    const text = whole.length + WIDE_BAR < width ? whole : this.progressText(progress, { loss });
    const bar = Math.min(WIDE_BAR, Math.max(NARROW_BAR, width - text.length - 1));
    this.output.live(`${formatBar(progress.step / progress.steps, bar)} ${text}`);
  };

  onFetch = (progress: FetchProgress): void => {
    const now = performance.now();
    if (now - this.shownAt < (this.output.hasLiveLine ? LIVE_MS : PLAIN_MS)) return;
    this.shownAt = now;
    const { receivedBytes, totalBytes, bytesPerSecond } = progress;
    const total = totalBytes === null ? '' : ` of ${formatBytes(totalBytes)}`;
    const text = `Fetching ${progress.id}: ${formatBytes(receivedBytes)}${total}, ${formatBytes(bytesPerSecond)}/s, from ${progress.source}`;
    if (this.output.hasLiveLine) this.output.live(text);
    else this.output.line(text);
  };

  private progressText(progress: RunProgress, values: Values): string {
    const { step, steps, epoch, epochs, examplesPerSecond, secondsLeft } = progress;
    return [
      `epoch ${epoch}/${epochs}`,
      `${Math.floor((100 * step) / steps)} %`,
      ...describe(values),
      ...(examplesPerSecond === null ? [] : [`${formatNumber(examplesPerSecond)} examples/s`]),
      ...(secondsLeft === null ? [] : [`${formatSeconds(secondsLeft)} left`]),
    ].join('  ');
  }

  private epochLine(epoch: number, values: Values): void {
    const named = (split: string): string[] =>
      describe(
        Object.fromEntries(
          Object.entries(values)
            .filter(([name]) => name.startsWith(`${split}/`))
            .map(([name, value]) => [name.slice(split.length + 1), value]),
        ),
      );
    const validation = named('validation');
    const held = validation.length > 0 ? `   validation: ${validation.join('  ')}` : '';
    this.output.line(`epoch ${String(epoch).padStart(3)}   train: ${named('train').join('  ')}${held}`);
  }

  private endLines(end: RunEnded): void {
    const speed = end.examplesPerSecond === null ? '' : `, ${formatNumber(end.examplesPerSecond)} examples/s`;
    const how = `${end.steps.toLocaleString('en-US')} steps in ${formatSeconds(end.seconds)}${speed}, ${formatBytes(end.peakRssBytes)} of memory at most`;
    if (end.kind === 'failed') {
      this.output.line(`Failed after ${how}.`);
      return;
    }
    if (end.reason !== undefined) this.output.line(`Ended early: ${end.reason}`);
    if (end.kind === 'completed') {
      this.output.line(`Test: ${describe(end.metrics.test).join('  ')}`);
      this.output.line(`Completed: ${how}.`);
    } else {
      this.output.line(`Stopped: ${how}.`);
      if (this.isKept) this.output.line(`Go on with: gradient-lab train --resume ${end.run}`);
    }
  }
}

function describe(values: Values): string[] {
  return Object.entries(values)
    .filter(([name]) => name !== 'gradientNorm')
    .map(([name, value]) => `${name} ${name === 'accuracy' ? formatPercent(value) : formatNumber(value)}`);
}

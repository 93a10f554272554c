/** How long the supervisor waits, in milliseconds. */
export interface EngineLimits {
  /** Between two looks at whether an engine lives. */
  readonly checkMs: number;
  /** From a start to 'ready': a cold disk has half a gigabyte of TensorFlow to read. */
  readonly startMs: number;
  /** Without a word, once it was ready. An eager step on a large network blocks for many seconds, and is no hang. */
  readonly silentMs: number;
  /** From "stop" to the end of the run: the step under way, and a checkpoint. */
  readonly stopMs: number;
  /** From the closing of the channel to the end of the process. */
  readonly leaveMs: number;
}

export const LIMITS: EngineLimits = {
  checkMs: 1000,
  startMs: 120_000,
  silentMs: 60_000,
  stopMs: 15_000,
  leaveMs: 5000,
};

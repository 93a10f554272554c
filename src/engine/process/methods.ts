/** What answers the calls of engine-protocol.ts: one function a method. */
import type { EngineMethod, EngineMethods } from '../../shared/engine-protocol.ts';

export interface CallContext {
  /** Aborted when the caller has lost interest; a method that takes long stops then, with an error. */
  readonly signal: AbortSignal;
  /** Sends something on the way to the result, for methods that say so in the protocol. */
  readonly update: (value: unknown) => void;
}

/** A function for each method. Errors that a person can act on are LabErrors. */
export type MethodTable = {
  readonly [M in EngineMethod]: (
    params: EngineMethods[M]['params'],
    context: CallContext,
  ) => Promise<EngineMethods[M]['result']> | EngineMethods[M]['result'];
};

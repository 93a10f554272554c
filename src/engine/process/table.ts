/** Everything that an engine answers beside training. */
import { DATA_METHODS } from './data-methods.ts';
import type { MethodTable } from './methods.ts';

export const METHODS: Partial<MethodTable> = { ...DATA_METHODS };

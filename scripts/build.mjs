// @ts-check
import { setupOrExit } from './setup.mjs';

// Building is a part of the set-up, which knows what changed.
await setupOrExit({ forWindows: true });
console.error('Built into out/.');

/** Entry of the bundled command line; scripts/gradient-lab.mjs loads it when set-up is done. */
import { packageVersion } from '../main/package-folder.ts';
import { runCommandLine } from './command-line.ts';

await runCommandLine(process.argv.slice(2), packageVersion());

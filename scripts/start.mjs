// @ts-check
import process from 'node:process';

// Until the desktop app exists, a start shows the command line at work: it trains the first lab. More arguments are added.
process.argv = [
  process.argv[0] ?? 'node',
  process.argv[1] ?? '',
  'train',
  'mnist-mlp',
  ...process.argv.slice(2),
];
await import('./gradient-lab.mjs');

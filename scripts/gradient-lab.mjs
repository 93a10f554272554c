#!/usr/bin/env node
// @ts-check
import process from 'node:process';
import './source-maps.mjs';
import { setupOrExit } from './setup.mjs';

await setupOrExit({ forWindows: process.argv[2] === 'serve' });
// In the same process, so that signals, exit codes and the terminal belong to the command itself.
await import(new URL('../out/cli.mjs', import.meta.url).href);

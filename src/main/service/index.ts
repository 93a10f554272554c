/** The lab service: the contract, over the history and the engines. One for all windows, whatever host shows them. */
export { createService, type LabService, type ServiceOptions } from './service.ts';
export { Recorder, type RecorderOptions } from './recorder.ts';
export { exportFolder, exportText } from './exports.ts';
export { exportsFolder, historyFile, runFolder } from './places.ts';
export type { LabRouter } from './router.ts';

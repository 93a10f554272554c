/** The files that hold an exported run. */

/** The end of their names, by which the desktop knows them. */
export const RUN_FILE_ENDING = '.gradient-lab.json';
/** The longest text of a run that is taken in, in characters; a file is measured in bytes before it is read. */
export const MOST_RUN_FILE_BYTES = 200_000_000;

/** Pages written by us in the manner of common report tools; the models see them before the first file. */
export const HTML_PRIMING: readonly string[] = [];

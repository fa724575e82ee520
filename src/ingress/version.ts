/** The version of the rules by which files are decoded and judged; raised by every change of a verdict. */
export const SCAN_RULES_VERSION = 10;

/** What follows from a call, by the role of what is called and what it is handed. */
import { findRole, isForeignType, isGetattr, isJoblibWrapper, isLibraryType } from './names.ts';
import type { NameRole } from './names.ts';

/** Flags of a tuple: what it would hand to a call. */
export const HAS_FUNCTION = 1;
export const HAS_LATER_TYPE = 2;
/** It has nothing at all. */
export const IS_EMPTY = 4;

/** A name as the judge knows it. */
export interface ResolvedName {
  /** In backticks. */
  readonly text: string;
  readonly role: NameRole;
  readonly getattr: boolean;
  readonly wrapper: boolean;
  readonly library: boolean;
  /** A class of something that is neither Python itself nor a known library. */
  readonly foreign: boolean;
  readonly masked: boolean;
}

/** What a call gives. `call`: it can run code; `object`: an ordinary product without a safe form. */
export type CallOutcome = 'built' | 'reference' | 'object' | 'call';

/** Describes a name. */
export function describeName(module: string, name: string): ResolvedName {
  return {
    text: `\`${module}.${name}\``,
    role: findRole(module, name),
    getattr: isGetattr(module, name),
    wrapper: isJoblibWrapper(module, name),
    library: isLibraryType(module, name),
    foreign: isForeignType(module, name),
    masked: module === 'numpy.ma.core' && name === '_mareconstruct',
  };
}

const isMain = (name: ResolvedName): boolean => name.text.startsWith('`__main__.');

/** What a call with arguments (REDUCE, OBJ, INST) gives. `isBare`: OBJ or INST without any argument. */
export function weighCall(name: ResolvedName, flags: number, isBare: boolean): CallOutcome {
  if (name.role === 'grammar') return 'built';
  if (name.getattr) return 'reference';
  const isPartial = name.text === '`functools.partial`';
  const isReconstructor = name.text.endsWith('._reconstructor`');
  // A reconstructor makes an empty object of its first argument and calls only the base behind it.
  const handsOver = isReconstructor
    ? (flags & HAS_LATER_TYPE) !== 0
    : (flags & HAS_FUNCTION) !== 0 && !isPartial;
  // A class of an unknown library that is handed nothing holds no data: it is called for what that does.
  const isForeign = name.foreign && !handsOver && (flags & IS_EMPTY) === 0;
  const isProduct =
    (name.role === 'known' && !handsOver) ||
    (name.role === 'type' && (name.library || isBare || isForeign)) ||
    (isMain(name) && !handsOver);
  return isProduct ? 'object' : 'call';
}

/**
 * What NEWOBJ gives: a class makes an empty object of itself. Readers end at one that is no class, so that a name in
 * small letters runs nothing either, unless it is handed something to call.
 */
export function weighCreation(name: ResolvedName, flags: number): CallOutcome {
  if (name.role === 'grammar') return 'built';
  if (name.role === 'type' || name.role === 'known' || isMain(name)) return 'object';
  return name.library && (flags & HAS_FUNCTION) === 0 ? 'object' : 'call';
}

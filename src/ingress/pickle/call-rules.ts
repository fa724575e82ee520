/** What follows from a call, by the role of what is called and what it is handed. */
import {
  callsFirst,
  findConsumed,
  findReferring,
  findsClass,
  findRole,
  isCallable,
  isForeignType,
  isGetattr,
  isJoblibWrapper,
  isLibraryType,
  isRebuilder,
  takesClass,
} from './names.ts';
import type { NameRole } from './names.ts';

/** Flags of a tuple: what it would hand to a call. */
export const HAS_FUNCTION = 1;
export const HAS_LATER_TYPE = 2;
/** It has nothing at all. */
export const IS_EMPTY = 4;
/** An object that calls a function when it is called: a partial, a getter. */
export const HAS_CALLABLE = 8;
/** An object of the standard library: to read its items can call what it was made of. */
export const HAS_ITEMS = 16;
export const HAS_LATER_ITEMS = 32;
/** Its first item is a name, and not one of PyTorch. */
export const HAS_FIRST_NAME = 64;
/** Its first item is a class of the grammar. */
export const HAS_DATA_CLASS = 128;
/** Its first item is joblib's wrapper. */
export const HAS_WRAPPER = 256;
/** It has one item. */
export const IS_SINGLE = 512;
/** Arguments that may be anything. */
export const HAS_ANYTHING = 127 & ~IS_EMPTY;

/** A name as the judge knows it. */
export interface ResolvedName {
  readonly module: string;
  readonly name: string;
  /** In backticks. */
  readonly text: string;
  readonly role: NameRole;
  /** It gives an attribute. */
  readonly getattr: boolean;
  /** What it gives is there already: always, or when it is handed a name first. */
  readonly refers: 'always' | 'of a name' | 'never';
  /** It gives the class of one value. */
  readonly findsClass: boolean;
  /** It reads something of the class that it is handed first. */
  readonly takesClass: boolean;
  readonly wrapper: boolean;
  readonly library: boolean;
  /** A class of something that is neither Python itself nor a known library. */
  readonly foreign: boolean;
  /** A function of another library that says that it makes an object again. */
  readonly rebuilder: boolean;
  readonly masked: boolean;
  readonly torch: boolean;
  /** What it makes can be called. */
  readonly callable: boolean;
  /** It calls its first argument. */
  readonly callsFirst: boolean;
  /** The arguments whose items it reads, as flags. */
  readonly consumed: number;
}

/**
 * What a call gives. `call`: it can run code; `object`: an ordinary product without a safe form; `bare`: an object of an unknown
 * library that was handed nothing, which is a product as long as the data keeps it.
 */
export type CallOutcome = 'built' | 'reference' | 'object' | 'bare' | 'call';

/** Describes a name. */
export function describeName(module: string, name: string): ResolvedName {
  return {
    module,
    name,
    text: `\`${module}.${name}\``,
    role: findRole(module, name),
    getattr: isGetattr(module, name),
    refers: findReferring(module, name),
    findsClass: findsClass(module, name),
    takesClass: takesClass(module, name),
    wrapper: isJoblibWrapper(module, name),
    library: isLibraryType(module, name),
    foreign: isForeignType(module, name),
    rebuilder: isRebuilder(module, name),
    masked: module === 'numpy.ma.core' && name === '_mareconstruct',
    torch: module === 'torch' || module.startsWith('torch.'),
    callable: isCallable(module, name),
    callsFirst: callsFirst(module, name),
    consumed: { none: 0, later: HAS_LATER_ITEMS, all: HAS_ITEMS }[findConsumed(module, name)],
  };
}

/** Whether a call reads items of something that calls what it was made of. */
const consumes = (name: ResolvedName, flags: number): boolean => (flags & name.consumed) !== 0;

const isMain = (name: ResolvedName): boolean => name.text.startsWith('`__main__.');

const COPYREG = /^`copy_?reg\._reconstructor`$/;

/** Whether a class of the grammar is made without a call, as protocols 0 and 1 do. */
export function isReconstruction(name: ResolvedName, flags: number): boolean {
  const others =
    flags & (HAS_FUNCTION | HAS_LATER_TYPE | HAS_CALLABLE | HAS_ITEMS | HAS_LATER_ITEMS);
  return (flags & HAS_DATA_CLASS) !== 0 && others === 0 && COPYREG.test(name.text);
}

/** What a call with arguments (REDUCE, OBJ, INST) gives. `isBare`: OBJ or INST without any argument. */
export function weighCall(name: ResolvedName, flags: number, isBare: boolean): CallOutcome {
  if (consumes(name, flags)) return 'call';
  if (name.role === 'grammar') return 'built';
  if (isReconstruction(name, flags)) return 'built';
  const calling = flags & (HAS_FUNCTION | HAS_CALLABLE);
  const isOfName = calling === 0 && (flags & HAS_FIRST_NAME) !== 0;
  if (name.refers === 'always' || (name.refers === 'of a name' && isOfName)) return 'reference';
  if (name.findsClass && (flags & IS_SINGLE) !== 0) return 'reference';
  if (name.takesClass && !isOfName) return 'call';
  if (name.callsFirst && (flags & (HAS_FIRST_NAME | HAS_CALLABLE)) !== 0) return 'call';
  const isPartial = name.text === '`functools.partial`';
  const isReconstructor = name.text.endsWith('._reconstructor`');
  // A reconstructor makes an empty object of its first argument and calls only the base behind it.
  const handsOver = isReconstructor
    ? (flags & HAS_LATER_TYPE) !== 0
    : (flags & HAS_FUNCTION) !== 0 && !isPartial;
  const callsBack = handsOver || ((flags & HAS_CALLABLE) !== 0 && !isPartial);
  const isForeign = name.foreign && !handsOver;
  const isProduct =
    (name.role === 'known' && !callsBack) ||
    (name.role === 'type' && (name.library || isBare)) ||
    (name.rebuilder && !callsBack) ||
    (isMain(name) && !handsOver);
  if (isProduct) return 'object';
  if (name.role !== 'type' || !isForeign) return 'call';
  return (flags & IS_EMPTY) === 0 ? 'object' : 'bare';
}

/**
 * What NEWOBJ gives: a class makes an empty object of itself. Readers end at one that is no class, so that a name in
 * small letters runs nothing either, unless it is handed something to call.
 */
export function weighCreation(name: ResolvedName, flags: number): Exclude<CallOutcome, 'bare'> {
  if (consumes(name, flags)) return 'call';
  if (name.role === 'grammar') return 'built';
  if (name.role === 'type' || name.role === 'known' || isMain(name)) return 'object';
  return name.library && (flags & HAS_FUNCTION) === 0 ? 'object' : 'call';
}

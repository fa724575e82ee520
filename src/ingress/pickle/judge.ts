/**
 * Judges a pickle without building anything: an abstract machine whose values are one number each. It is at least as
 * lenient as the readers of CPython, so that no call is missed because a byte before it looked wrong, and exact about
 * what is called: a callee is always on the stack, and only names and results of calls are told apart there.
 *
 * Memory is constant: the stack and the memo have stated limits, and strings are read again only when they name
 * something. Time is linear. Nothing is resolved, imported or called. The file is long because the switch over opcodes,
 * which is to be compared with CPython's, is one place.
 */
import type { ByteSource } from '../../formats/index.ts';
import {
  AbstractStack,
  AGAIN,
  Broken,
  BUILT,
  CALLABLE,
  BARE,
  BARE_NAME_SHIFT,
  INSTANCE,
  ITEMS,
  NAME,
  PLAIN,
  REFERENCE,
  STRING,
  TUPLE,
  Unjudged,
  WRAPPER,
} from './abstract-stack.ts';
import {
  describeName,
  HAS_ANYTHING,
  HAS_CALLABLE,
  HAS_DATA_CLASS,
  HAS_FIRST_NAME,
  HAS_FUNCTION,
  HAS_ITEMS,
  HAS_LATER_ITEMS,
  HAS_LATER_TYPE,
  HAS_WRAPPER,
  IS_EMPTY,
  IS_SINGLE,
  isReconstruction,
  weighCall,
  weighCreation,
} from './call-rules.ts';
import type { CallOutcome, ResolvedName } from './call-rules.ts';
import { findNestedPickle, SearchBudget } from './nested.ts';
import type { ValueKind } from './nested.ts';
import { isKnownModule, isModuleName } from './names.ts';
import { JudgeTape } from './judge-tape.ts';
import { ProblemList } from './problems.ts';
import type { PickleProblem } from './problems.ts';

/** How the walk of one pickle ended. */
export interface PickleJudgement {
  /**
   * `broken`: readers end there too. `unjudged`: they go on. `joblib`: raw array bytes follow, which only the
   * interpreter can step over.
   */
  readonly outcome: 'stopped' | 'broken' | 'unjudged' | 'joblib';
  /** Behind STOP, or where it ended. */
  readonly end: number;
  readonly opcodes: number;
  readonly hasProto: boolean;
  /** It asks for something outside by a line of its own; a reader that was given no way to load that ends there. */
  readonly asksOutside: boolean;
  /** Names that were resolved. */
  readonly names: number;
  /** joblib's wrappers, behind which a plain reader of pickles goes on and joblib reads an array. */
  readonly wrappers: number;
  /** Its opcodes are lines that words may be: names, texts without quotes, and what is done to them. */
  readonly isLines: boolean;
  /** It is such without a text, and of what it names nothing is known to be there. */
  readonly isWords: boolean;
  readonly problems: readonly PickleProblem[];
}

/**
 * What lies behind joblib's wrappers: arrays, by where they begin and end, as far as that is known; or opcodes, as every
 * reader of pickles but joblib's takes them.
 */
export type BehindWrappers = ReadonlyMap<number, number> | 'opcodes';

const NO_ARRAYS: BehindWrappers = new Map();

/** Begins the persistent id of a class in PyTorch's old form. */
const CLASS_ID = 'module';
const NAMES_MAX = 1 << 16;
const NESTED_MIN = 12;

/** Bytes behind opcodes of plain values, -1 for all other opcodes. */
const FIXED_BYTES = new Int8Array(256).fill(-1);
for (const op of [0x4e, 0x5d, 0x7d, 0x29, 0x88, 0x89, 0x8f]) FIXED_BYTES[op] = 0;
FIXED_BYTES.set([4, 1], 0x4a); // BININT, BININT1
FIXED_BYTES[0x4d] = 2; // BININT2
FIXED_BYTES[0x47] = 8; // BINFLOAT

/** Width of the length before texts and bytes, 0 for all other opcodes. */
const TEXT_WIDTH = new Uint8Array(256);
for (const op of [0x8c, 0x55, 0x43]) TEXT_WIDTH[op] = 1;
for (const op of [0x58, 0x54, 0x42]) TEXT_WIDTH[op] = 4;
for (const op of [0x8d, 0x8e, 0x96]) TEXT_WIDTH[op] = 8;

const OTHER = 1;
const TEXT = 2;
/** Opcodes other than those of a list of words: `c` with two lines, and `a`, `b`, `s`, `R` between them; `V` is a text. */
const KINDS = new Uint8Array(256).fill(OTHER);
for (const op of 'abcsR') KINDS[op.charCodeAt(0)] = 0;
KINDS[0x56] = TEXT;

/** Opcodes whose text is UTF-8; the others of a stated length hold bytes. */
const IS_UTF8 = new Uint8Array(256);
for (const op of [0x8c, 0x58, 0x8d]) IS_UTF8[op] = 1;

const UNKNOWN_NAME = { ...describeName('a', 'name'), text: 'a name' };

/** Opcodes whose bytes are no text and name nothing, whatever they hold. */
const IS_BYTES = new Uint8Array(256);
for (const op of [0x43, 0x42, 0x8e, 0x96]) IS_BYTES[op] = 1;

/** So far back every value is remembered. */
const REMEMBERED_OPCODES = 1 << 16;

/** Whether a value is for sure no text; what a call gave, what a name stands for, or what was forgotten, may be one. */
const isNoText = (slot: number): boolean => [PLAIN, TUPLE, WRAPPER].includes(slot & 7);

/** Whether a value is for sure nothing that can be called. */
const isNoCallee = (slot: number): boolean => isNoText(slot) || (slot & 7) === STRING;

/** What an object hands to a call as its argument number `index`. */
function flagsOfObject(object: number, index: number): number {
  const items = (object & ITEMS) === 0 ? 0 : index === 0 ? HAS_ITEMS : HAS_ITEMS | HAS_LATER_ITEMS;
  return (object & CALLABLE) === 0 ? items : items | HAS_CALLABLE;
}

/** See the top of this file. One instance judges one pickle. */
class Judge {
  readonly #tape: JudgeTape;
  readonly #depth: number;
  readonly #stack = new AbstractStack();
  readonly #names: ResolvedName[] = [];
  readonly #nameIndex = new Map<string, number>();
  /** Objects of unknown libraries that were handed nothing. */
  #bare = 0;
  /** The last tuple of a name and a text. */
  #pair:
    | {
        readonly name: number;
        readonly text: number;
        readonly place: number;
        readonly opcodes: number;
      }
    | undefined;
  /** The last tuple of a text and a name. */
  #textName = { text: PLAIN, name: PLAIN, place: -1, opcodes: 0 };
  #nameCount = 0;
  #frameEnd = -1;
  #at = 0;
  #opcodes = 0;
  #hasProto = false;
  #asksOutside = false;
  #refersOutside = false;
  #others = 0;
  #knowsNames = false;
  readonly #problems = new ProblemList();
  readonly #budget: SearchBudget;
  readonly #opcodesMax: number;
  readonly #behind: BehindWrappers;
  #wrappers = 0;

  constructor(
    source: ByteSource,
    start: number,
    depth: number,
    budget: SearchBudget,
    behind: BehindWrappers,
  ) {
    this.#tape = new JudgeTape(source, start);
    this.#depth = depth;
    this.#budget = budget;
    this.#behind = behind;
    this.#opcodesMax = depth === 0 ? Infinity : budget.opcodes;
  }

  run(): PickleJudgement {
    let outcome: PickleJudgement['outcome'];
    try {
      outcome = this.#walk();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.#report('PICKLE_BROKEN', 'hold', error.message);
      outcome = error instanceof Unjudged ? 'unjudged' : 'broken';
    }
    if (this.#depth > 0) this.#budget.opcodes -= this.#opcodes;
    return {
      outcome,
      end: outcome === 'stopped' || outcome === 'joblib' ? this.#tape.at : this.#at,
      opcodes: this.#opcodes,
      hasProto: this.#hasProto,
      asksOutside: this.#asksOutside,
      names: this.#nameCount,
      wrappers: this.#wrappers,
      isLines: (this.#others & OTHER) === 0,
      isWords: this.#others === 0 && !this.#knowsNames,
      problems: this.#problems.list(),
    };
  }

  #report(code: PickleProblem['code'], severity: 'hold' | 'deny', detail: string): void {
    this.#problems.add({ code, severity, at: this.#at, detail });
  }

  #walk(): 'stopped' | 'joblib' {
    const tape = this.#tape;
    for (;;) {
      this.#at = tape.at;
      if (this.#frameEnd >= 0 && this.#at >= this.#frameEnd) this.#leaveFrame();
      const op = tape.opcode();
      if (op < 0) throw new Broken('it ends before its STOP');
      if (++this.#opcodes > this.#opcodesMax) throw new Unjudged('it has too many opcodes');
      if (op === 0x2e) {
        const slot = this.#stack.peek();
        if ((slot & 7) === NAME) this.#refer(slot >> 3);
        this.#discard(0, this.#stack.top - 1);
        if (this.#frameEnd > tape.at)
          this.#report('PICKLE_FRAME', 'hold', 'a frame goes on behind STOP');
        return 'stopped';
      }
      if (this.#step(op)) return 'joblib';
      this.#others |= KINDS[op] ?? OTHER;
    }
  }

  /** One opcode; true when raw array bytes follow. */
  #step(op: number): boolean {
    const skipped = FIXED_BYTES[op] ?? -1;
    if (skipped >= 0) {
      if (skipped > 0) this.#tape.pass(skipped);
      this.#stack.push(op === 0x29 ? TUPLE | (IS_EMPTY << 3) : PLAIN);
      return false;
    }
    const width = TEXT_WIDTH[op] ?? 0;
    if (width > 0) {
      this.#text(this.#tape.length(width), IS_UTF8[op] === 1, IS_BYTES[op] === 1);
      return false;
    }
    switch (op) {
      case 0x28:
        this.#stack.mark();
        return false;
      case 0x94: // MEMOIZE
        this.#stack.put(this.#stack.nextMemo);
        return false;
      case 0x71: // q
        this.#stack.put(this.#tape.length(1));
        return false;
      case 0x72: // r
        this.#stack.put(this.#tape.length(4));
        return false;
      case 0x68: // h
        this.#stack.get(this.#tape.length(1));
        return false;
      case 0x6a: // j
        this.#stack.get(this.#tape.length(4));
        return false;
      case 0x65: // e
      case 0x75: // u
      case 0x90:
        this.#stack.cut(this.#stack.popMark());
        this.#change();
        return false;
      case 0x61: // a
        this.#stack.pop(1);
        this.#change();
        return false;
      case 0x73: // s
        this.#stack.pop(2);
        this.#change();
        return false;
      case 0x85:
      case 0x86:
      case 0x87:
        this.#tuple(this.#stack.pop(op - 0x84), op - 0x84);
        return false;
      default:
        return this.#stepRare(op);
    }
  }

  #stepRare(op: number): boolean {
    switch (op) {
      case 0x74: {
        const floor = this.#stack.popMark();
        const count = this.#stack.top - floor;
        this.#stack.cut(floor);
        this.#tuple(floor, count);
        return false;
      }
      case 0x6c: // l
      case 0x64: // d
      case 0x91:
        this.#stack.cut(this.#stack.popMark());
        this.#stack.push(PLAIN);
        return false;
      case 0x30: // POP
        if (this.#stack.top > 0) this.#discard(this.#stack.top - 1);
        this.#stack.popValueOrMark();
        return false;
      case 0x31: {
        // POP_MARK
        const floor = this.#stack.popMark();
        this.#discard(floor);
        this.#stack.cut(floor);
        return false;
      }
      case 0x32: // DUP
        this.#stack.need(1);
        this.#stack.push(this.#stack.peek());
        return false;
      case 0x49: // I
      case 0x46: // F
      case 0x4c: // L
        this.#digits(op === 0x46);
        return false;
      case 0x53: // S
      case 0x56: // V
        this.#lineText(op === 0x53 ? 1 : 0);
        return false;
      case 0x67: // g
        this.#stack.get(this.#tape.memoLine());
        return false;
      case 0x70: // p
        this.#stack.put(this.#tape.memoLine());
        return false;
      case 0x50: // PERSID
        this.#tape.span();
        this.#asksOutside = true;
        this.#stack.push(BUILT);
        return false;
      case 0x51: // BINPERSID
        this.#stack.push(this.#referredTo(this.#stack.pop(1)));
        return false;
      case 0x8a: // LONG1
        this.#number(this.#tape.length(1));
        return false;
      case 0x8b: {
        const length = this.#tape.length(4);
        if (length >= 2 ** 31) throw new Broken('a number of negative length');
        this.#number(length);
        return false;
      }
      case 0x80: {
        const version = this.#tape.length(1);
        if (version > 5) throw new Broken(`protocol ${String(version)} is unknown`);
        if (this.#opcodes !== 1) {
          this.#report('PICKLE_UNSUPPORTED', 'hold', 'a protocol mark in the middle');
        } else this.#hasProto = true;
        return false;
      }
      case 0x95:
        this.#enterFrame(this.#tape.length(8));
        return false;
      case 0x97: // NEXT_BUFFER
        this.#report('PICKLE_UNSUPPORTED', 'hold', 'buffers that are not in the file');
        this.#stack.push(PLAIN);
        return false;
      case 0x98:
        this.#stack.need(1);
        return false;
      default:
        return this.#stepCall(op);
    }
  }

  #stepCall(op: number): boolean {
    switch (op) {
      case 0x63: {
        // c
        const module = this.#tape.moduleLine();
        this.#resolve(module, this.#tape.nameLine());
        return false;
      }
      case 0x93: {
        const at = this.#stack.pop(2);
        const [module, name] = [this.#stack.slot(at), this.#stack.slot(at + 1)];
        if ([module, name].some((slot) => isNoText(slot) || this.#isNothing(slot))) {
          throw new Broken('a name is no text');
        }
        this.#resolve(this.#stringOf(module), this.#stringOf(name));
        return false;
      }
      case 0x69: {
        // i
        const module = this.#tape.moduleLine();
        const name = this.#tape.nameLine();
        const floor = this.#stack.popMark();
        const count = this.#stack.top - floor;
        const flags = this.#flags(floor, count);
        this.#stack.cut(floor);
        this.#resolve(module, name);
        this.#call(this.#stack.slot(this.#stack.pop(1)), flags, count === 0);
        return false;
      }
      case 0x6f: {
        // o
        const floor = this.#stack.popMark();
        const count = this.#stack.top - floor;
        if (count < 1) throw new Broken('an object without a class');
        const callee = this.#stack.slot(floor);
        const flags = this.#flags(floor + 1, count - 1);
        this.#stack.cut(floor);
        this.#call(callee, flags, count === 1);
        return false;
      }
      case 0x52: {
        // R
        const at = this.#stack.pop(2);
        if (this.#getAttribute(at)) return false;
        this.#call(this.#stack.slot(at), this.#handed(this.#stack.slot(at + 1)), false);
        return false;
      }
      case 0x81:
      case 0x92: {
        const at = this.#stack.pop(op === 0x81 ? 2 : 3);
        this.#create(this.#stack.slot(at), this.#handed(this.#stack.slot(at + 1)));
        return false;
      }
      case 0x62:
        return this.#build();
      case 0x82:
      case 0x83:
      case 0x84:
        this.#tape.pass(1 << (op - 0x82));
        // Nobody has filled the registry for bytes that may be a pickle by chance: readers end here.
        if (this.#depth > 0) throw new Broken('a name from an extension registry');
        this.#report('PICKLE_UNSUPPORTED', 'hold', 'a name from an extension registry');
        this.#refersOutside = true;
        this.#stack.push(REFERENCE);
        return false;
      default:
        throw new Broken(`byte 0x${op.toString(16).padStart(2, '0')} is no opcode`);
    }
  }

  // ---- calls ----

  /**
   * Whether bytes that may be a pickle by chance name something with what is no text of theirs: before anything has a name,
   * nothing can make a text. Such a pickle ends in every reader.
   */
  #isNothing(slot: number): boolean {
    const isFirst = this.#nameCount === 0 && this.#opcodes < REMEMBERED_OPCODES;
    return this.#depth > 0 && isFirst && (slot & 7) !== STRING;
  }

  #resolve(module: string | undefined, name: string | undefined): void {
    if (module === undefined || name === undefined) {
      this.#nameCount++;
      this.#report('PICKLE_NAME_COMPUTED', 'deny', '');
      this.#stack.push(REFERENCE);
      return;
    }
    if (!isModuleName(module) || name === '') {
      throw new Broken('a name is misspelled');
    }
    this.#nameCount++;
    const key = `${module} ${name}`;
    let index = this.#nameIndex.get(key);
    if (index === undefined) {
      if (this.#names.length >= NAMES_MAX) {
        this.#report('PICKLE_UNSUPPORTED', 'hold', 'more names than any data has');
        this.#stack.push(REFERENCE);
        return;
      }
      index = this.#names.length;
      this.#names.push(describeName(module, name));
      this.#knowsNames ||= isKnownModule(module);
      this.#nameIndex.set(key, index);
      this.#refer(index);
    }
    this.#stack.push(NAME | (index << 3));
  }

  /** Notes, once per name, that something outside the grammar is referred to. */
  #refer(index: number): void {
    const name = this.#name(index);
    if (name.role === 'grammar' || name.role === 'known') return;
    this.#report('PICKLE_REFERENCE', 'hold', name.text);
    this.#refersOutside = true;
  }

  #name(index: number): ResolvedName {
    return this.#names[index] ?? UNKNOWN_NAME;
  }

  /** A call with arguments: REDUCE, OBJ or INST. */
  #call(callee: number, flags: number, isBare: boolean): void {
    const name = this.#callee(callee);
    if (name === undefined) return;
    const outcome = weighCall(name, flags, isBare);
    if (outcome !== 'bare') {
      const isWrapper = (flags & HAS_WRAPPER) !== 0 && isReconstruction(name, flags);
      this.#outcome(name, outcome, isWrapper ? WRAPPER : BUILT);
      return;
    }
    this.#report('PICKLE_OBJECT', 'hold', name.text);
    this.#bare++;
    const made = BARE | ((callee >> 3) << BARE_NAME_SHIFT);
    this.#stack.push(INSTANCE | (made << 3));
  }

  /** A class that was handed nothing, and whose object the data does not keep, was called for what that does. */
  #discard(from: number, to = this.#stack.top): void {
    if (this.#bare === 0) return;
    for (let at = from; at < to; at++) {
      const slot = this.#stack.slot(at);
      if ((slot & 7) !== INSTANCE || ((slot >> 3) & BARE) === 0) continue;
      this.#report('PICKLE_CALL', 'deny', this.#name(slot >> (3 + BARE_NAME_SHIFT)).text);
    }
  }

  /** `getattr` of a class that is named and a text right behind both: a name with one part more. */
  #getAttribute(at: number): boolean {
    const [callee, args] = [this.#stack.slot(at), this.#stack.slot(at + 1)];
    const pair = this.#pair;
    if ((callee & 7) !== NAME || !this.#name(callee >> 3).getattr || pair === undefined)
      return false;
    // Only what keeps the tuple in the memo may stand between.
    const isPair = (args & 7) === TUPLE && pair.place === at + 1;
    const attribute = this.#stringOf(pair.text);
    if (!isPair || this.#opcodes - pair.opcodes > 2 || attribute === undefined) return false;
    const { module, name } = this.#name(pair.name >> 3);
    this.#report('PICKLE_OBJECT', 'hold', this.#name(callee >> 3).text);
    this.#resolve(module, `${name}.${attribute}`);
    return true;
  }

  /** Flags of what a call is handed; arguments that are no tuple may be anything. */
  #handed(args: number): number {
    return (args & 7) === TUPLE ? args >> 3 : HAS_ANYTHING;
  }

  /** NEWOBJ and NEWOBJ_EX. */
  #create(callee: number, flags: number): void {
    const name = this.#callee(callee);
    if (name !== undefined) {
      const outcome = weighCreation(name, flags);
      this.#outcome(name, outcome, name.wrapper ? WRAPPER : BUILT);
    }
  }

  /** The name that is called. Whatever else is called was computed by the stream. */
  #callee(slot: number): ResolvedName | undefined {
    const kind = slot & 7;
    if (kind === NAME) return this.#name(slot >> 3);
    if (this.#depth > 0 && isNoCallee(slot)) throw new Broken('a call of what is no function');
    const what = kind === INSTANCE ? 'an object' : kind === REFERENCE ? 'an attribute' : 'a value';
    this.#report('PICKLE_CALL_COMPUTED', 'deny', what);
    this.#stack.push(INSTANCE);
    return undefined;
  }

  #outcome(name: ResolvedName, outcome: Exclude<CallOutcome, 'bare'>, built: number): void {
    if (outcome === 'call') this.#report('PICKLE_CALL', 'deny', name.text);
    else if (outcome !== 'built') {
      this.#report(name.masked ? 'PICKLE_MASKED' : 'PICKLE_OBJECT', 'hold', name.text);
    }
    const made = (name.callable ? CALLABLE : 0) | (name.role === 'known' ? ITEMS : 0);
    const object = INSTANCE | (made << 3);
    this.#stack.push(outcome === 'built' ? built : outcome === 'reference' ? REFERENCE : object);
  }

  #build(): boolean {
    this.#stack.pop(1);
    const kind = this.#stack.peek() & 7;
    if (kind === WRAPPER) return this.#passArray();
    this.#change();
    if (kind === BUILT || kind === INSTANCE) this.#stack.finish();
    else if (kind !== NAME && kind !== REFERENCE) {
      this.#report('PICKLE_UNSUPPORTED', 'hold', 'a state for a plain value');
    }
    return false;
  }

  /** Behind a wrapper's state; true when the bytes of an array of unknown length follow. */
  #passArray(): boolean {
    const { at } = this.#tape;
    this.#wrappers++;
    const end = this.#behind === 'opcodes' ? at : this.#behind.get(at);
    if (end === undefined) return true;
    // joblib writes an array at the end of a frame.
    if (end > at && this.#frameEnd === at) this.#frameEnd = -1;
    this.#tape.pass(end - at);
    this.#stack.pop(1);
    this.#stack.push(BUILT);
    return false;
  }

  /**
   * Something is put into the value on top: that must not be a thing of the running program, nor an object that was
   * finished before, whose state may be a function that readers now call (`__setstate__`, `append`).
   */
  #change(): void {
    const slot = this.#stack.peek();
    const isObject = (slot & 7) === BUILT || (slot & 7) === INSTANCE;
    if (isObject && ((slot >> 3) & AGAIN) !== 0 && this.#refersOutside) {
      this.#report('PICKLE_CALL_COMPUTED', 'deny', 'a part of an object');
    } else if ((slot & 7) === NAME) {
      this.#report('PICKLE_NAME_CHANGED', 'deny', this.#name(slot >> 3).text);
    } else if ((slot & 7) === REFERENCE) {
      this.#report('PICKLE_NAME_CHANGED', 'deny', 'an attribute');
    }
  }

  /**
   * What a persistent id at a place stands for. PyTorch's old form names the classes of a module so, with their source:
   * `("module", class, file, source)` is that class.
   */
  #referredTo(place: number): number {
    const { text, name, place: own, opcodes } = this.#textName;
    // Only what keeps the tuple in the memo may stand between.
    const isTuple = (this.#stack.slot(place) & 7) === TUPLE && own === place;
    const found = this.#stack.findString(text);
    const isShort = found !== undefined && found.to - found.from === CLASS_ID.length;
    const isClass = isTuple && this.#opcodes - opcodes <= 2 && isShort;
    return isClass && this.#stringOf(text) === CLASS_ID ? name : BUILT;
  }

  #tuple(floor: number, count: number): void {
    const [name, text] = [this.#stack.slot(floor), this.#stack.slot(floor + 1)];
    const isPair = count === 2 && (name & 7) === NAME && (text & 7) === STRING;
    this.#pair = isPair ? { name, text, place: floor, opcodes: this.#opcodes } : undefined;
    if (count > 1 && (name & 7) === STRING && (text & 7) === NAME) {
      this.#textName = { text: name, name: text, place: floor, opcodes: this.#opcodes };
    }
    this.#stack.push(TUPLE | (this.#flags(floor, count) << 3));
  }

  #flags(floor: number, count: number): number {
    let flags = count === 0 ? IS_EMPTY : count === 1 ? IS_SINGLE : 0;
    for (let i = 0; i < count; i++) {
      const slot = this.#stack.slot(floor + i);
      const kind = slot & 7;
      if (kind < NAME || kind === TUPLE || kind > REFERENCE) continue;
      if (kind === REFERENCE) flags |= HAS_FUNCTION | HAS_LATER_TYPE;
      if (kind === INSTANCE) flags |= flagsOfObject(slot >> 3, i);
      if (kind !== NAME) continue;
      const { role, torch, wrapper } = this.#name(slot >> 3);
      if (role === 'grammar' && i === 0) flags |= HAS_DATA_CLASS | (wrapper ? HAS_WRAPPER : 0);
      if (role === 'function') flags |= HAS_FUNCTION;
      if (role !== 'grammar' && i > 0) flags |= HAS_LATER_TYPE;
      if (!torch && i === 0) flags |= HAS_FIRST_NAME;
    }
    return flags;
  }

  /** A text of so many bytes; one that may hide a pickle is judged. */
  #text(length: number, isUtf8: boolean, isBytes: boolean): void {
    const from = this.#tape.at;
    if (length >= NESTED_MIN) {
      if (!this.#tape.has(length)) throw new Broken('it ends in an argument');
      if (this.#tape.mayHide(length, isUtf8)) {
        this.#lookInside(from, from + length, isUtf8 ? 'text' : 'bytes');
      }
    }
    this.#tape.pass(length);
    if (isBytes) this.#stack.push(PLAIN);
    else this.#stack.pushString(from, from + length);
  }

  #lineText(quotes: number): void {
    const { from, to } = this.#tape.span();
    if (quotes > 0 && !this.#tape.isQuoted(from, to)) throw new Broken('a text has no quotes');
    this.#stack.pushString(from, to);
    if (to - from < NESTED_MIN || !this.#tape.mightHide(from + quotes, to - quotes)) return;
    this.#lookInside(from + quotes, to - quotes, quotes > 0 ? 'quoted' : 'line');
  }

  /** A number in bytes can be those of a pickle. */
  #number(length: number): void {
    const from = this.#tape.at;
    if (!this.#tape.has(length)) throw new Broken('it ends in an argument');
    if (length >= NESTED_MIN && this.#tape.mayHideNumber(length)) {
      this.#lookInside(from, from + length, 'number');
    }
    this.#tape.pass(length);
    this.#stack.push(PLAIN);
  }

  #digits(isPointed: boolean): void {
    const { from, to } = this.#tape.numberLine(isPointed);
    if (to - from >= NESTED_MIN * 2) this.#lookInside(from, to, 'digits');
    this.#stack.push(PLAIN);
  }

  #stringOf(slot: number): string | undefined {
    const place = this.#stack.findString(slot);
    return place === undefined ? undefined : this.#tape.spelledText(place.from, place.to);
  }

  #lookInside(from: number, to: number, kind: ValueKind): void {
    const value = this.#tape.valueAt(from, to);
    const found = findNestedPickle(value, kind, this.#depth + 1, judgePickle, this.#budget);
    if (found !== undefined) this.#report(found.code, found.severity, found.detail);
  }

  // ---- frames ----

  #enterFrame(length: number): void {
    if (this.#frameEnd >= 0) this.#report('PICKLE_FRAME', 'deny', 'a frame begins inside a frame');
    const end = this.#tape.at + length;
    if (end > this.#tape.source.size) {
      this.#report('PICKLE_BROKEN', 'hold', 'a frame is longer than the file');
    }
    this.#frameEnd = end;
  }

  #leaveFrame(): void {
    if (this.#at > this.#frameEnd) {
      this.#report('PICKLE_FRAME', 'deny', 'an opcode reaches over the end of its frame');
    }
    this.#frameEnd = -1;
  }
}

/**
 * Judges the pickle at `start`. `depth` counts pickles inside values of pickles, which share one `budget`; they are never
 * files of joblib. Never throws on hostile bytes.
 */
export function judgePickle(
  source: ByteSource,
  start = 0,
  depth = 0,
  budget: SearchBudget = new SearchBudget(source.size),
  behind: BehindWrappers = depth > 0 ? 'opcodes' : NO_ARRAYS,
): PickleJudgement {
  return new Judge(source, start, depth, budget, behind).run();
}

/** Judges a pickle as every reader but joblib's reads it. */
export function judgePlainPickle(source: ByteSource, start = 0): PickleJudgement {
  return judgePickle(source, start, 0, new SearchBudget(source.size), 'opcodes');
}

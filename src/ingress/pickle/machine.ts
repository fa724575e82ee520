/**
 * The interpreter: makes plain data of a pickle by the closed grammar. It resolves no name and builds no object of the
 * pickle's own; a call either is a production of the grammar or becomes an opaque value that has no safe form. Unlike
 * the judge it is exact where readers of CPython are lenient: what it does not know ends the pickle. The file is long
 * because the switch over opcodes is one place.
 */
import { memorySource } from '../../formats/index.ts';
import type { ByteSource } from '../../formats/index.ts';
import { judgeExpansion, UNFOLDED } from './expansion.ts';
import { judgePlainPickle } from './judge.ts';
import { makeInlineArray, readInlineArray } from './inline-array.ts';
import { ProblemList } from './problems.ts';
import type { PickleProblem } from './problems.ts';
import { readLine, readNumberLine, readTextLine } from './lines.ts';
import {
  findRole,
  isForeignType,
  isJoblibWrapper,
  isLibraryType,
  isRebuilder,
  isReference,
} from './names.ts';
import { buildByGrammar, callByGrammar } from './productions.ts';
import {
  asText,
  outside,
  OutsideGrammar,
  PyBytes,
  PyDict,
  PyFloat,
  PyList,
  PyName,
  PyOpaque,
  unwrap,
} from './values.ts';
import type { PyValue } from './values.ts';
import { ValueReader } from './value-reader.ts';
import { ValueStack } from './value-stack.ts';
import { weighValue } from './weigh.ts';

/** What became of one pickle. */
export interface Interpretation {
  /** The value, unless the pickle has a problem. */
  readonly value: PyValue | undefined;
  /** Behind STOP, or where it ended. */
  readonly end: number;
  readonly problems: readonly PickleProblem[];
  /** The arrays behind joblib's wrappers, by where they begin and end. */
  readonly arrays: ReadonlyMap<number, number>;
  /** Where those of them begin that are pickles of objects. */
  readonly objects: ReadonlySet<number>;
}

/** What the surroundings of a pickle know. */
export interface Surroundings {
  /** Gives what a persistent id stands for. Throws `OutsideGrammar`. */
  readonly load?: (id: PyValue) => PyValue;
}

class Machine {
  readonly #tape: ValueReader;
  readonly #start: number;
  readonly #load: Surroundings['load'];
  readonly #stack = new ValueStack();
  readonly #problems = new ProblemList();
  #at = 0;
  #frameEnd = -1;
  readonly #arrays = new Map<number, number>();
  readonly #objects = new Set<number>();

  constructor(source: ByteSource, start: number, load: Surroundings['load']) {
    this.#tape = new ValueReader(source, start);
    this.#start = start;
    this.#load = load;
  }

  run(): Interpretation {
    let value: PyValue | undefined;
    try {
      for (;;) {
        this.#at = this.#tape.at;
        if (this.#frameEnd >= 0 && this.#at >= this.#frameEnd) this.#leaveFrame();
        const op = this.#tape.opcode();
        if (op < 0) outside('it ends before its STOP');
        if (op === 0x2e) {
          value = unwrap(this.#stack.pop());
          this.#weigh(value);
          if (!this.#stack.isEmpty) outside('values are left over');
          break;
        }
        this.#step(op);
      }
    } catch (error) {
      if (!(error instanceof OutsideGrammar)) throw error;
      this.#report('PICKLE_UNSUPPORTED', 'hold', error.message);
      value = undefined;
    }
    const problems = this.#problems.list();
    return {
      value: problems.length > 0 ? undefined : value,
      end: this.#tape.at,
      problems,
      arrays: this.#arrays,
      objects: this.#objects,
    };
  }

  /** A pickle of a few bytes can unfold to more than any memory holds. */
  #weigh(value: PyValue): void {
    const weight = weighValue(value);
    if (weight === undefined) outside('a value that contains itself');
    const judged = judgeExpansion(weight, this.#tape.at - this.#start);
    if (judged === 'large') outside(UNFOLDED);
    if (judged === 'bomb') this.#report('PICKLE_EXPANSION', 'deny', '');
  }

  #report(code: PickleProblem['code'], severity: 'hold' | 'deny', detail: string): void {
    this.#problems.add({ code, severity, at: this.#at, detail });
  }

  #step(op: number): void {
    switch (op) {
      case 0x28:
        this.#stack.mark();
        return;
      case 0x4e:
        this.#stack.push(null);
        return;
      case 0x88:
      case 0x89:
        this.#stack.push(op === 0x88);
        return;
      case 0x5d:
      case 0x8f:
        this.#stack.push(new PyList(op === 0x5d ? 'list' : 'set', []));
        return;
      case 0x29:
        this.#stack.push(new PyList('tuple', []));
        return;
      case 0x7d:
        this.#stack.push(new PyDict());
        return;
      case 0x4b:
        this.#stack.push(this.#tape.count(1));
        return;
      case 0x4d:
        this.#stack.push(this.#tape.count(2));
        return;
      case 0x4a:
        this.#stack.push(this.#tape.count(4) | 0);
        return;
      case 0x47:
        this.#stack.push(new PyFloat(this.#tape.float()));
        return;
      case 0x8c:
        this.#stack.push(this.#tape.text(1));
        return;
      case 0x58:
        this.#stack.push(this.#tape.text(4));
        return;
      case 0x8d:
        this.#stack.push(this.#tape.text(8));
        return;
      case 0x43:
        this.#stack.push(new PyBytes(this.#tape.part(this.#tape.count(1))));
        return;
      case 0x42:
        this.#stack.push(new PyBytes(this.#tape.part(this.#tape.count(4))));
        return;
      case 0x8e:
      case 0x96:
        this.#stack.push(new PyBytes(this.#tape.part(this.#tape.count(8))));
        return;
      case 0x55:
        this.#stack.push(new PyBytes(this.#tape.part(this.#tape.count(1)), true));
        return;
      case 0x54:
        this.#stack.push(new PyBytes(this.#tape.part(this.#tape.count(4)), true));
        return;
      case 0x94:
        this.#stack.memoize();
        return;
      case 0x71:
        this.#stack.put(this.#tape.count(1));
        return;
      case 0x72:
        this.#stack.put(this.#tape.count(4));
        return;
      case 0x68:
        this.#stack.get(this.#tape.count(1));
        return;
      case 0x6a:
        this.#stack.get(this.#tape.count(4));
        return;
      default:
        this.#stepCollection(op);
    }
  }

  #stepCollection(op: number): void {
    switch (op) {
      case 0x61: {
        const item = this.#stack.pop();
        this.#stack.append([item]);
        return;
      }
      case 0x65:
      case 0x90:
        this.#stack.append(this.#stack.popMark());
        return;
      case 0x73: {
        const value = this.#stack.pop();
        this.#stack.set([this.#stack.pop(), value]);
        return;
      }
      case 0x75:
        this.#stack.set(this.#stack.popMark());
        return;
      case 0x85:
      case 0x86:
      case 0x87: {
        const count = op - 0x84;
        this.#stack.push(new PyList('tuple', this.#stack.popMany(count)));
        return;
      }
      case 0x74:
        this.#stack.push(new PyList('tuple', this.#stack.popMark()));
        return;
      case 0x6c:
        this.#stack.push(new PyList('list', this.#stack.popMark()));
        return;
      case 0x91:
        this.#stack.push(new PyList('set', this.#stack.popMark()));
        return;
      case 0x64: {
        const items = this.#stack.popMark();
        this.#stack.push(new PyDict());
        this.#stack.set(items);
        return;
      }
      case 0x30:
        this.#stack.pop();
        return;
      case 0x31:
        this.#stack.popMark();
        return;
      case 0x32:
        this.#report('PICKLE_UNSUPPORTED', 'hold', 'a value that is doubled on the stack');
        this.#stack.push(this.#stack.top());
        return;
      default:
        this.#stepRare(op);
    }
  }

  #stepRare(op: number): void {
    switch (op) {
      case 0x49:
      case 0x46:
      case 0x4c:
        this.#stack.push(readNumberLine(op, readLine(this.#tape)));
        return;
      case 0x53:
      case 0x56: {
        const text = readTextLine(op === 0x53, readLine(this.#tape));
        this.#stack.push(op === 0x53 ? new PyBytes(memorySource(text.bytes), true) : text.text);
        return;
      }
      case 0x67:
        this.#stack.get(Number(readNumberLine(0x49, readLine(this.#tape))));
        return;
      case 0x70:
        this.#stack.put(Number(readNumberLine(0x49, readLine(this.#tape))));
        return;
      case 0x50:
        this.#persistent(readLine(this.#tape));
        return;
      case 0x51:
        this.#persistent(this.#stack.pop());
        return;
      case 0x8a:
        this.#stack.push(this.#tape.long(this.#tape.count(1)));
        return;
      case 0x8b:
        this.#stack.push(this.#tape.long(this.#tape.count(4)));
        return;
      case 0x80:
        if (this.#tape.count(1) > 5) outside('its protocol is unknown');
        return;
      case 0x95:
        this.#enterFrame(this.#tape.count(8));
        return;
      default:
        this.#stepCall(op);
    }
  }

  #stepCall(op: number): void {
    switch (op) {
      case 0x63: {
        const module = readLine(this.#tape);
        this.#name(module, readLine(this.#tape));
        return;
      }
      case 0x93: {
        const name = asText(this.#stack.pop());
        this.#name(asText(this.#stack.pop()), name);
        return;
      }
      case 0x52: {
        const args = this.#stack.pop();
        this.#call(this.#stack.pop(), args);
        return;
      }
      case 0x81: {
        const args = this.#stack.pop();
        this.#create(this.#stack.pop(), args);
        return;
      }
      case 0x92: {
        const named = this.#stack.pop();
        const args = this.#stack.pop();
        if (!(named instanceof PyDict) || named.keys.length > 0)
          outside('an object of named parts');
        this.#create(this.#stack.pop(), args);
        return;
      }
      case 0x6f: {
        const [type, ...args] = this.#stack.popMark();
        this.#create(type ?? null, new PyList('tuple', args));
        return;
      }
      case 0x69: {
        const module = readLine(this.#tape);
        this.#name(module, readLine(this.#tape));
        const type = this.#stack.pop();
        this.#create(type, new PyList('tuple', this.#stack.popMark()));
        return;
      }
      case 0x62: {
        const state = this.#stack.pop();
        this.#build(this.#stack.top(), state);
        return;
      }
      default:
        outside(`opcode 0x${op.toString(16).padStart(2, '0')}`);
    }
  }

  // ---- calls ----

  #name(module: string | undefined, name: string | undefined): void {
    if (module === undefined || name === undefined) {
      this.#report('PICKLE_NAME_COMPUTED', 'deny', '');
      this.#stack.push(new PyOpaque('a name'));
      return;
    }
    this.#stack.push(new PyName(module, name));
  }

  #call(callee: PyValue, args: PyValue): void {
    const list =
      args instanceof PyList && args.kind === 'tuple' ? args.items.map(unwrap) : undefined;
    if (
      callee instanceof PyName &&
      list !== undefined &&
      findRole(callee.module, callee.name) === 'grammar'
    ) {
      this.#stack.push(this.#tolerate(() => callByGrammar(callee, list), callee.text));
      return;
    }
    if (callee instanceof PyName && list !== undefined && this.#reconstruct(callee, list)) return;
    this.#makeOpaque(callee, false);
  }

  /** Protocols 0 and 1 make an empty object so: `copyreg._reconstructor(class, object, None)`. */
  #reconstruct({ module, name }: PyName, args: readonly PyValue[]): boolean {
    const [type, base, state, ...rest] = args;
    const isOwn = (module === 'copyreg' || module === 'copy_reg') && name === '_reconstructor';
    const isPlain =
      type instanceof PyName &&
      findRole(type.module, type.name) === 'grammar' &&
      base instanceof PyName &&
      /^`(?:builtins|__builtin__)\.object`$/.test(base.text);
    if (!isOwn || !isPlain || state !== null || rest.length > 0) return false;
    const { module: from, name: own } = type;
    const isEmpty = isJoblibWrapper(from, own) || (from === 'uuid' && own === 'UUID');
    if (isEmpty) this.#create(type, new PyList('tuple', []));
    else {
      this.#report('PICKLE_UNSUPPORTED', 'hold', `an empty object of ${type.text}`);
      this.#stack.push(new PyOpaque(type.text));
    }
    return true;
  }

  #create(type: PyValue, args: PyValue): void {
    if (type instanceof PyName && isJoblibWrapper(type.module, type.name)) {
      this.#stack.push(new PyOpaque(type.text, true));
    } else if (type instanceof PyName && findRole(type.module, type.name) === 'grammar') {
      this.#call(type, args);
    } else this.#makeOpaque(type, true);
  }

  /** Something outside the grammar is made; the judge has weighed it already where no raw bytes stood in its way. */
  #makeOpaque(callee: PyValue, isCreation: boolean): void {
    if (!(callee instanceof PyName)) {
      this.#report('PICKLE_CALL_COMPUTED', 'deny', 'a value');
      this.#stack.push(new PyOpaque('a value'));
      return;
    }
    const role = findRole(callee.module, callee.name);
    const isObject =
      role === 'known' ||
      isReference(callee.module, callee.name) ||
      (isRebuilder(callee.module, callee.name) && !isCreation) ||
      (role === 'type' && (isCreation || isForeignType(callee.module, callee.name))) ||
      ((role === 'type' || isCreation) && isLibraryType(callee.module, callee.name));
    if (isObject) this.#report('PICKLE_OBJECT', 'hold', callee.text);
    else this.#report('PICKLE_CALL', 'deny', callee.text);
    this.#stack.push(new PyOpaque(callee.text));
  }

  #build(target: PyValue, state: PyValue): void {
    if (target instanceof PyOpaque) {
      if (target.isWrapper) this.#readArray(state);
      return;
    }
    if (target instanceof PyName) {
      this.#report('PICKLE_NAME_CHANGED', 'deny', target.text);
      return;
    }
    const plain = state instanceof PyList ? new PyList(state.kind, state.items.map(unwrap)) : state;
    this.#tolerate(() => {
      buildByGrammar(target, plain);
      return null;
    }, '');
  }

  /** What is outside the grammar ends the value, not the walk: what is called behind it is to be named too. */
  #tolerate(make: () => PyValue, text: string): PyValue {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof OutsideGrammar)) throw error;
      this.#report('PICKLE_UNSUPPORTED', 'hold', error.message);
      return new PyOpaque(text);
    }
  }

  /** joblib: behind the wrapper's state lie the bytes of the array, or a pickle of its objects. */
  #readArray(state: PyValue): void {
    if (this.#frameEnd > this.#tape.at) {
      this.#report('PICKLE_FRAME', 'deny', 'the bytes of an array lie inside a frame');
      outside('an array inside a frame');
    }
    // joblib ends the frame before an array and begins another behind it; an opcode reached over the end of one before.
    if (this.#frameEnd === this.#tape.at) this.#frameEnd = -1;
    const from = this.#tape.at;
    const array = readInlineArray(this.#tape, state);
    if (array === undefined) {
      this.#readObjects();
      return;
    }
    this.#arrays.set(from, this.#tape.at);
    // Elements without a safe form end at a known place all the same.
    this.#stack.replaceTop(this.#tolerate(() => makeInlineArray(array), ''));
  }

  /** The objects of an array are a pickle of their own, whose value is the array when they are data. */
  #readObjects(): void {
    const { source, at } = this.#tape;
    const inner = judgePlainPickle(source, at);
    for (const { code, severity, detail } of inner.problems) this.#report(code, severity, detail);
    if (inner.outcome !== 'stopped') outside('an array of objects that cannot be read');
    this.#tape.skip(inner.end - at);
    this.#arrays.set(at, inner.end);
    this.#objects.add(at);
    const isData = inner.problems.length === 0 && inner.wrappers === 0;
    const read = isData ? interpretPickle(source, at) : undefined;
    const problems = read?.problems ?? [];
    for (const { code, severity, detail } of problems) this.#report(code, severity, detail);
    if (read?.value !== undefined && read.end === inner.end) this.#stack.replaceTop(read.value);
    else if (inner.problems.length + problems.length === 0)
      this.#report('PICKLE_UNSUPPORTED', 'hold', 'an array of objects');
  }

  #persistent(id: PyValue): void {
    if (this.#load === undefined) outside('a reference to something outside the file');
    this.#stack.push(this.#load(id));
  }

  #enterFrame(length: number): void {
    if (this.#frameEnd >= 0) this.#report('PICKLE_FRAME', 'deny', 'a frame begins inside a frame');
    this.#frameEnd = this.#tape.at + length;
  }

  #leaveFrame(): void {
    if (this.#at > this.#frameEnd) {
      this.#report('PICKLE_FRAME', 'deny', 'an opcode reaches over the end of its frame');
    }
    this.#frameEnd = -1;
  }
}

/** Interprets the pickle at `start`. Never throws on hostile bytes. */
export function interpretPickle(
  source: ByteSource,
  start = 0,
  surroundings: Surroundings = {},
): Interpretation {
  return new Machine(source, start, surroundings.load).run();
}

/**
 * What a chat template has bound so far, and how much it can unfold to. Names keep what any of their values may hold, so
 * that the order in which a renderer comes by does not matter; a template is read again until nothing is added.
 */
import { DATA, DATA_WEIGHT, either, scaled } from './jinja-values.ts';
import type { JinjaPart, JinjaValue } from './jinja-values.ts';

/** What a template may unfold to when each value of its data counts as four letters or items. */
const COST_MAX = 1e8;
const ATTRIBUTES_MAX = 64;
const ROUNDS = 64;

interface Macro {
  readonly parameters: readonly string[];
  cost: number;
  degree: number;
  uses: ReadonlyMap<string, number>;
}

/** A call of a macro by itself: the part of its own parameter that each argument is. */
interface OwnCall {
  readonly parts: readonly (JinjaPart | undefined)[];
  readonly loops: number;
}

/** What is being rendered: the whole, or a macro. */
interface Frame {
  cost: number;
  readonly loops: { readonly trips: number; readonly item: JinjaValue }[];
  deepest: number;
  readonly uses: Map<string, number>;
  readonly macro?: { readonly name: string; readonly parameters: readonly string[] };
  readonly parts: Map<string, JinjaPart | undefined>;
  readonly ownCalls: OwnCall[];
  /** What was there where a block began whose text becomes a value. */
  readonly captures: { readonly cost: number; readonly uses: Map<string, number> }[];
}

const newFrame = (macro?: Frame['macro']): Frame => ({
  ...{ cost: 0, loops: [], deepest: 0, uses: new Map<string, number>(), ownCalls: [] },
  ...{ parts: new Map<string, JinjaPart | undefined>(), captures: [] },
  ...(macro === undefined ? {} : { macro }),
});

interface Assignment {
  readonly target: string;
  readonly value: JinjaValue;
  readonly trips: number;
}

type Known = Pick<JinjaValue, 'flags' | 'isNumber'>;
type Extent = Pick<JinjaValue, 'weight' | 'uses'>;

/** Names of a template and what they may stand for. */
export class JinjaScope {
  /** What names may hold, over all readings. */
  readonly #known = new Map<string, Known>();
  /** How long it can be, as read so far, and at the end of the reading before. */
  #extents = new Map<string, Extent>();
  #before = new Map<string, Extent>();
  readonly #spaces = new Set<string>();
  readonly #macros = new Map<string, Macro>();
  readonly #defined = new Set<string>();
  #weights = new Map<string, number>();
  #assignments: Assignment[] = [];
  #frames: Frame[] = [newFrame()];
  #isStable = true;

  get #frame(): Frame {
    return this.#frames.at(-1) ?? newFrame();
  }

  /** Begins another reading; what was learnt before stays. */
  again(): void {
    this.#before = this.#extents;
    this.#extents = new Map();
    this.#assignments = [];
    this.#frames = [newFrame()];
    this.#defined.clear();
    this.#isStable = true;
  }

  /** Ends a reading: whether nothing new was learnt. */
  settle(): boolean {
    this.#solve();
    return this.#isStable;
  }

  /** Why the whole unfolds to too much, or undefined. */
  whyTooMuch(): string | undefined {
    if (this.#weights.size > ATTRIBUTES_MAX) return 'its namespaces have too many attributes';
    for (const [name, weight] of this.#weights) {
      if (weight > COST_MAX) return `\`${name}\` grows with itself`;
    }
    return this.#frame.cost > COST_MAX ? 'it can unfold to too much' : undefined;
  }

  isMacro(name: string): boolean {
    return this.#macros.has(name);
  }

  isSpace(name: string): boolean {
    return this.#spaces.has(name);
  }

  isBound(name: string): boolean {
    return this.#known.has(name) || this.#known.has(this.#own(name));
  }

  /** Under which key a name is bound here: those of a macro are its own. */
  #own(name: string): string {
    const { macro } = this.#frame;
    return macro === undefined ? name : `${macro.name} ${name}`;
  }

  read(name: string): JinjaValue {
    const own = this.#own(name);
    const isParameter = this.#frame.macro?.parameters.includes(name) === true;
    const outer = isParameter ? undefined : this.#known.get(name);
    const inner = this.#known.get(own) ?? outer ?? DATA;
    const flags = inner.flags | (outer?.flags ?? 0);
    const isNumber = inner.isNumber && outer?.isNumber !== false;
    const outside = isParameter ? undefined : (this.#extents.get(name) ?? this.#before.get(name));
    const { weight, uses } = this.#extents.get(own) ?? outside ?? DATA;
    return { flags, isNumber, weight, uses, part: this.#frame.parts.get(name) };
  }

  /** Binds a name to a value, beside what it may be bound to already. */
  bind(name: string, value: JinjaValue): void {
    this.#bindPart(name, value.part);
    const own = this.#own(name);
    this.#learn(own, value);
    const before = this.#extents.get(own);
    const { weight, uses } = before === undefined ? value : either({ ...DATA, ...before }, value);
    this.#extents.set(own, { weight, uses });
  }

  #bindPart(name: string, part: JinjaPart | undefined): void {
    const { parts } = this.#frame;
    const old = parts.get(name);
    if (!parts.has(name)) parts.set(name, part);
    else if (old === undefined || old.parameter !== part?.parameter) parts.set(name, undefined);
    else if (part.level < old.level || part.kind !== undefined) parts.set(name, part);
  }

  #learn(key: string, { flags, isNumber }: Known): void {
    const before = this.#known.get(key) ?? { flags: 0, isNumber };
    const after = { flags: before.flags | flags, isNumber: before.isNumber && isNumber };
    if (!this.#known.has(key) || before.flags !== after.flags) this.#isStable = false;
    if (before.isNumber !== after.isNumber) this.#isStable = false;
    this.#known.set(key, after);
  }

  bindSpace(name: string): void {
    if (this.#spaces.has(name)) return;
    this.#spaces.add(name);
    this.#isStable = false;
  }

  readAttribute(space: string, name: string): JinjaValue {
    const key = `${space}.${name}`;
    const { flags, isNumber } = this.#known.get(key) ?? DATA;
    return { flags, isNumber, weight: 0, uses: new Map([[key, 1]]) };
  }

  bindAttribute(space: string, name: string, value: JinjaValue): void {
    const target = `${space}.${name}`;
    this.#learn(target, value);
    const trips = this.#trips() * (this.isInMacro ? DATA_WEIGHT : 1);
    this.#assignments.push({ target, value, trips });
  }

  weigh(value: JinjaValue): number {
    let weight = value.weight;
    for (const [name, times] of value.uses) weight += times * this.#weightOf(name);
    return weight;
  }

  #weightOf(attribute: string): number {
    return this.#weights.get(attribute) ?? DATA_WEIGHT;
  }

  #trips(): number {
    return this.#frame.loops.reduce((product, { trips }) => product * trips, 1);
  }

  /** Counts text between the blocks. */
  chargeText(letters: number): void {
    this.#frame.cost += this.#trips() * letters;
  }

  /** Counts what is rendered here. */
  charge(value: JinjaValue): void {
    const trips = this.#trips();
    const frame = this.#frame;
    frame.cost += trips * (1 + (value.isNumber ? DATA_WEIGHT : this.weigh(value)));
    for (const uses of [frame.uses, ...frame.captures.map((each) => each.uses)]) {
      for (const [name, times] of value.uses) uses.set(name, (uses.get(name) ?? 0) + times * trips);
    }
  }

  beginLoop(iterable: JinjaValue, item: JinjaValue): void {
    const { loops } = this.#frame;
    loops.push({ trips: Math.max(1, this.weigh(iterable)), item });
    this.#frame.deepest = Math.max(this.#frame.deepest, loops.length);
  }

  endLoop(): void {
    this.#frame.loops.pop();
  }

  get loopTrips(): number {
    return this.#frame.loops.at(-1)?.trips ?? DATA_WEIGHT;
  }

  get loopItem(): JinjaValue {
    return this.#frame.loops.at(-1)?.item ?? DATA;
  }

  beginCapture(): void {
    this.#frame.captures.push({ cost: this.#frame.cost, uses: new Map() });
  }

  /** What was rendered since the block began. */
  endCapture(flags: number): JinjaValue {
    const begun = this.#frame.captures.pop();
    const weight = (this.#frame.cost - (begun?.cost ?? 0)) / this.#trips();
    return { flags, isNumber: false, weight, uses: begun?.uses ?? new Map<string, number>() };
  }

  get isInMacro(): boolean {
    return this.#frames.length > 1;
  }

  /** Begins a macro; false when there is one of that name already. */
  beginMacro(name: string, parameters: readonly string[]): boolean {
    const isFirst = !this.#defined.has(name);
    this.#defined.add(name);
    if (!this.#macros.has(name)) {
      this.#macros.set(name, { parameters, cost: 1, degree: 1, uses: new Map() });
      this.#isStable = false;
    }
    this.#frames.push(newFrame({ name, parameters }));
    for (const [i, parameter] of parameters.entries()) {
      this.#frame.parts.set(parameter, { parameter: i, level: 0 });
      this.#learn(`${name} ${parameter}`, DATA);
    }
    return isFirst;
  }

  /** Ends a macro: why it may not end, or undefined. */
  endMacro(): string | undefined {
    const frame = this.#frames.length > 1 ? this.#frames.pop() : undefined;
    const macro = this.#macros.get(frame?.macro?.name ?? '');
    if (frame?.macro === undefined || macro === undefined) return undefined;
    const isSame = macro.cost === frame.cost || frame.cost > COST_MAX;
    if (!isSame || macro.degree < frame.deepest + 1) this.#isStable = false;
    macro.cost = frame.cost;
    macro.degree = Math.max(macro.degree, frame.deepest + 1);
    macro.uses = frame.uses;
    const { name, parameters } = frame.macro;
    if (frame.ownCalls.length === 0) return undefined;
    const ends = parameters.some((_, i) => descends(frame.ownCalls, i));
    return ends ? undefined : `the macro \`${name}\` calls itself without end`;
  }

  /** A call of a macro: what it gives, or why it may not be. */
  callMacro(name: string, given: readonly JinjaValue[], flags: number): JinjaValue | string {
    const macro = this.#macros.get(name);
    const inner = this.#frames.findIndex((frame) => frame.macro?.name === name);
    if (macro === undefined) return 'a call of nothing';
    if (inner >= 0) {
      const parts = given.map(({ part }) => part);
      this.#frame.ownCalls.push({ parts, loops: this.#frame.loops.length });
      return { flags, isNumber: false, weight: DATA_WEIGHT, uses: new Map<string, number>() };
    }
    const heaviest = Math.max(DATA_WEIGHT, ...given.map((value) => this.weigh(value)));
    const times = (heaviest / DATA_WEIGHT) ** macro.degree;
    const { cost, uses } = macro;
    const value: JinjaValue = { flags, isNumber: false, weight: cost, uses };
    const result = times > 1 ? scaled(value, times) : value;
    const { loops } = this.#frame;
    this.#frame.deepest = Math.max(this.#frame.deepest, loops.length + macro.degree);
    this.charge(result);
    return result;
  }

  /** Binds what a call hands to the parameters of a macro. */
  bindParameter(macro: string, parameter: number | string, value: JinjaValue): void {
    const names = this.#macros.get(macro)?.parameters ?? [];
    const name = typeof parameter === 'number' ? names[parameter] : parameter;
    if (name !== undefined)
      this.#learn(`${macro} ${name}`, { flags: value.flags, isNumber: false });
  }

  /** The weights of the attributes of namespaces, from all that is ever assigned to them. */
  #solve(): void {
    const targets = new Set(this.#assignments.map(({ target }) => target));
    let weights = new Map([...targets].map((target) => [target, DATA_WEIGHT]));
    for (let round = 0; round < ROUNDS * Math.min(targets.size, ATTRIBUTES_MAX); round++) {
      const next = new Map<string, number>();
      for (const { target, value, trips } of this.#assignments) {
        const own = value.uses.get(target) ?? 0;
        let weight = value.weight;
        for (const [name, times] of value.uses) {
          if (name !== target) weight += times * (weights.get(name) ?? DATA_WEIGHT);
        }
        if (own > 1) weight = Infinity;
        // What is put to itself is put there once for each time round.
        const before = next.get(target) ?? DATA_WEIGHT;
        next.set(target, own > 0 ? before + weight * trips : Math.max(before, weight));
      }
      const isDone = [...next].every(([name, weight]) => weights.get(name) === weight);
      weights = next;
      if (isDone) break;
    }
    for (const [name, weight] of weights) {
      if (this.#weights.get(name) !== weight && weight <= COST_MAX) this.#isStable = false;
    }
    this.#weights = weights;
  }
}

/**
 * Whether each call that a macro makes of itself takes less of the parameter at `i`: something under a name of it, which a
 * text has none of, so that it ends with the data. What may go on until the renderer stops it may do so in one line only:
 * an item of it, since the letters of a text are texts; a name put before such an item; a text instead.
 */
function descends(calls: readonly OwnCall[], i: number): boolean {
  const counts = { item: 0, wrap: 0, text: 0 };
  for (const { parts, loops } of calls) {
    const part = parts[i];
    if (part?.parameter !== i || part.level === 0) return false;
    const kind = part.kind ?? (part.level === 1 ? 'item' : undefined);
    if (kind === undefined) continue;
    if (++counts[kind] > 1 || loops > (kind === 'text' ? 0 : 1)) return false;
  }
  return counts.item === 0 || counts.text === 0;
}

/** Plays the runs of some worlds and keeps what the answers need. Pure: the same job gives the same numbers anywhere. */
import { Chances } from './chances.ts';
import { COLUMNS, EVENT_COUNT } from './columns.ts';
import { runKeyOf } from './draws.ts';
import { HOLDER_KINDS, kindIndex } from './kinds.ts';
import { planScenario } from './plan.ts';
import type { Plan, PlanAssumption } from './plan.ts';
import { Run } from './run.ts';
import type { Scenario } from './schema.ts';
import { WorldDraws } from './world.ts';

/** Work for one thread: some worlds of a scenario. */
export interface ChunkJob {
  readonly scenario: Scenario;
  readonly assumption: PlanAssumption;
  /** Worlds in all; those of this job are `from` up to but not `to`. */
  readonly worlds: number;
  readonly from: number;
  readonly to: number;
  /** Runs per world; at most 65,535. */
  readonly tries: number;
  /** Whether months are counted, for curves; a variant that is only compared does without. */
  readonly curves: boolean;
}

/** What a job gives; arrays are flat, the last index runs fastest. */
export interface ChunkResult {
  /** Per run, {@link COLUMNS}. */
  readonly rows: Float32Array;
  /** Per event, world and month: runs in which it first happened in that month. */
  readonly first: Uint16Array;
  /** Per kind (and all together), month and number of holders: runs. */
  readonly counts: Float64Array;
}

const KINDS = HOLDER_KINDS.length;
const OPEN = kindIndex('open');
const GOVERNMENT = kindIndex('government');
const SELF = kindIndex('self');
const OC1 = kindIndex('oc1');

/** The most holders that a plan can have, public and escaped model included. */
export function holdersMax(plan: Plan): number {
  return plan.parties.length + plan.groups.length + 2;
}

/** Plays a job. */
export function playChunk(job: ChunkJob): ChunkResult {
  const plan = planScenario(job.scenario, job.assumption);
  const values = new Float64Array(plan.inputs.length);
  const chances = new Chances(plan, values);
  const run = new Run(plan, values, chances);
  const draws = new WorldDraws(plan, job.worlds);
  const tally = new Tally(plan, job);
  for (let world = job.from; world < job.to; world++) {
    draws.fill(world, values);
    chances.beginWorld();
    for (let attempt = 0; attempt < job.tries; attempt++) {
      run.play(runKeyOf(plan.seed, world * job.tries + attempt));
      tally.add(run, world - job.from, attempt);
    }
  }
  return tally.result;
}

class Tally {
  readonly result: ChunkResult;
  readonly #plan: Plan;
  readonly #job: ChunkJob;
  readonly #span: number;
  readonly #countSpan: number;
  /** Per kind and month: holders that came less those that went. */
  readonly #steps: Int32Array;
  readonly #firstOf = new Float64Array(EVENT_COUNT);
  /** Per party: the month of its merger. */
  readonly #until: Float64Array;
  readonly #row = new Float64Array(COLUMNS.length);

  constructor(plan: Plan, job: ChunkJob) {
    this.#plan = plan;
    this.#job = job;
    this.#span = plan.months + 1;
    this.#countSpan = holdersMax(plan) + 1;
    this.#until = new Float64Array(plan.parties.length);
    this.#steps = new Int32Array(KINDS * (this.#span + 1));
    const worlds = job.to - job.from;
    const curves = job.curves ? 1 : 0;
    this.result = {
      rows: new Float32Array(worlds * job.tries * COLUMNS.length),
      first: new Uint16Array(curves * EVENT_COUNT * worlds * this.#span),
      counts: new Float64Array(curves * (KINDS + 1) * this.#span * this.#countSpan),
    };
  }

  add(run: Run, world: number, attempt: number): void {
    this.#steps.fill(0);
    this.#firstOf.fill(Infinity);
    const merged = this.#addMerged(run);
    this.#addHolders(run, merged);
    this.#come(OPEN, run.publicAt);
    this.#come(SELF, run.selfAt);
    // In the order of ROUTES.
    this.#firstOf[KINDS] = run.secondAt;
    this.#firstOf[KINDS + 1] = min(run.weightsAt);
    this.#firstOf[KINDS + 2] = min(run.secretsAt);
    this.#firstOf[KINDS + 3] = min(run.monitorAt);
    this.#firstOf[KINDS + 4] = min(run.alignmentAt);
    this.#firstOf[KINDS + 5] = run.misuseAt;
    this.#fillRow(run);
    this.result.rows.set(this.#row, (world * this.#job.tries + attempt) * COLUMNS.length);
    if (this.#job.curves) this.#count(world);
  }

  #come(kind: number, at: number): void {
    if (!(at <= this.#plan.months)) return;
    this.#steps[kind * (this.#span + 1) + Math.ceil(at)]!++;
    this.#firstOf[kind] = Math.min(this.#firstOf[kind]!, at);
  }

  /** Members of a merger that happened are one government project from then on; says until when each counts by itself. */
  #addMerged(run: Run): Float64Array {
    const until = this.#until.fill(Infinity);
    const { mergers } = this.#plan;
    for (let i = 0; i < mergers.length; i++) {
      const { members } = mergers[i]!;
      const at = run.mergedAt[i]!;
      if (!(at <= this.#plan.months)) continue;
      let first = Infinity;
      for (const member of members) {
        if (until[member] !== Infinity) continue;
        until[member] = at;
        first = Math.min(first, run.heldAt[member]!);
      }
      this.#come(GOVERNMENT, Math.max(at, first));
    }
    return until;
  }

  #addHolders(run: Run, until: Float64Array): void {
    const { parties, groups } = this.#plan;
    for (let i = 0; i < parties.length; i++) {
      const { kind } = parties[i]!;
      const at = run.heldAt[i]!;
      if (kind === OPEN || !(at < until[i]!)) continue;
      this.#come(kind, at);
      const end = Math.ceil(until[i]!);
      if (at <= this.#plan.months && end <= this.#plan.months) {
        this.#steps[kind * (this.#span + 1) + end]!--;
      }
    }
    for (let g = 0; g < groups.length; g++) {
      this.#come(groups[g]!.adversary.kind, run.heldAt[parties.length + g]!);
    }
  }

  #fillRow(run: Run): void {
    const { months, parties } = this.#plan;
    const by = (at: number): number => (at <= months ? 1 : 0);
    let holders = 0;
    for (let at = 0; at < this.#steps.length; at++) holders += this.#steps[at]!;
    let outside = by(run.publicAt) + by(run.selfAt);
    let years = Math.max(0, months - run.selfAt) / 12;
    for (let i = parties.length; i < run.heldAt.length; i++) {
      const at = run.heldAt[i]!;
      if (!(at <= months)) continue;
      outside++;
      years += (months - at) / 12;
    }
    const row = this.#row;
    row[0] = holders;
    row[1] = outside;
    for (let i = 1; i <= 4; i++) row[1 + i] = by(this.#firstOf[KINDS + i]!);
    row[6] = by(run.selfAt);
    row[7] = by(run.publicAt);
    row[8] = by(run.misuseAt);
    for (let oc = 1; oc <= 5; oc++) {
      row[8 + oc] = by(run.weightsAt[oc]!);
      row[13 + oc] = by(this.#firstOf[OC1 - (oc - 1)]!);
    }
    row[19] = run.firstAt === Infinity ? Infinity : run.secondAt - run.firstAt;
    row[20] = years;
    row[21] = run.firstAt === Infinity ? Infinity : run.brokenAt - run.firstAt;
    row[22] = run.firstAt;
    this.#fillYear(run);
  }

  /** The twelve months after the first holder, in which a lead counts. */
  #fillYear(run: Run): void {
    const row = this.#row;
    const end = run.firstAt + 12;
    const seen = end <= this.#plan.months;
    // A year that the end cuts off is not counted: what would have come in it is not known.
    const by = (at: number): number => (seen && at <= end ? 1 : 0);
    let holders = by(run.publicAt) + by(run.selfAt);
    for (let i = 0; i < run.heldAt.length; i++) {
      if (this.#plan.parties[i]?.kind !== OPEN) holders += by(run.heldAt[i]!);
    }
    row[23] = holders;
    for (let oc = 1; oc <= 5; oc++) row[23 + oc] = by(run.weightsAt[oc]!);
    row[29] = by(min(run.monitorAt));
    row[30] = by(min(run.alignmentAt));
    row[31] = by(run.selfAt);
    row[32] = seen ? 1 : 0;
  }

  #count(world: number): void {
    const { first, counts } = this.result;
    const worlds = this.#job.to - this.#job.from;
    for (let event = 0; event < EVENT_COUNT; event++) {
      const at = this.#firstOf[event]!;
      if (at <= this.#plan.months) first[(event * worlds + world) * this.#span + Math.ceil(at)]!++;
    }
    const now = this.#now.fill(0);
    for (let m = 0; m < this.#span; m++) {
      let all = 0;
      for (let kind = 0; kind < KINDS; kind++) {
        now[kind]! += this.#steps[kind * (this.#span + 1) + m]!;
        all += now[kind]!;
        counts[(kind * this.#span + m) * this.#countSpan + now[kind]!]!++;
      }
      counts[(KINDS * this.#span + m) * this.#countSpan + all]!++;
    }
  }

  readonly #now = new Int32Array(KINDS);
}

function min(times: Float64Array): number {
  let least = Infinity;
  for (let i = 0; i < times.length; i++) least = Math.min(least, times[i]!);
  return least;
}

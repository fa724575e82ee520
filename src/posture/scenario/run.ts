/**
 * One run: who has the capability when, what is stolen, sabotaged and lost, under one draw of dates and luck.
 *
 * Holders are settled in the order in which they get the capability (as in a shortest-path search): whatever follows from a
 * holder comes after it, so that each is final when it is reached. Times are months since the start; Infinity is never.
 */
import { Chances } from './chances.ts';
import { drawUniform } from './draws.ts';
import { fillEscapeGrowth } from './escape.ts';
import { kindIndex } from './kinds.ts';
import type { PairSlots, Plan, PlanAdversary, PlanKeeper } from './plan.ts';
import { exp, ln } from './portable-math.ts';
import { Stops } from './stops.ts';
import { fillRun, monthOfSuccess, monthWhenGrown, monthsUntil, pathAt } from './world.ts';

const SECRETS = 1;
const INTEGRITY = 2;
const OPEN = kindIndex('open');

/** See the top of this file. One object serves many runs; its fields are those of the last. */
export class Run {
  readonly #plan: Plan;
  readonly #values: Float64Array;
  readonly #chances: Chances;
  #key = 0;
  /** Per holder (parties, then groups): when it has the capability. */
  readonly heldAt: Float64Array;
  /** Per party: when it would have it by its own work, after stops. */
  readonly #ownAt: Float64Array;
  /** Per holder: when stolen or public weights are in use, or (while lags are worked out) secrets that helped were stolen. */
  readonly #givenAt: Float64Array;
  readonly #settled: Uint8Array;
  readonly #stops: Stops;
  /** Per party: months to carry out its weights, and the share of break-ins that get through the capped wire. */
  readonly #wireMonths: Float64Array;
  readonly #wireShare: Float64Array;
  /** Per capacity, first month: weights stolen, secrets stolen, monitor sabotaged, alignment sabotaged. */
  readonly weightsAt = new Float64Array(6);
  readonly secretsAt = new Float64Array(6);
  readonly monitorAt = new Float64Array(6);
  readonly alignmentAt = new Float64Array(6);
  /** Per party, first month in which its monitor, or its model's alignment, was sabotaged. */
  readonly #monitorOf: Float64Array;
  readonly #alignmentOf: Float64Array;
  /** When weights are public; when a model got out by itself; when a holder first misuses it catastrophically. */
  publicAt = Infinity;
  selfAt = Infinity;
  misuseAt = Infinity;
  /** First leak, theft, sabotage or escape at a developer or government that has the capability. */
  brokenAt = Infinity;
  /** First and second holder. */
  firstAt = Infinity;
  secondAt = Infinity;
  /** Per merger, its month. */
  readonly mergedAt: Float64Array;

  constructor(plan: Plan, values: Float64Array, chances: Chances) {
    this.#plan = plan;
    this.#values = values;
    this.#chances = chances;
    const count = plan.parties.length;
    this.heldAt = new Float64Array(count + plan.groups.length);
    this.#givenAt = new Float64Array(count + plan.groups.length);
    this.#settled = new Uint8Array(count + plan.groups.length);
    this.#ownAt = new Float64Array(count);
    this.#stops = new Stops(plan, values);
    this.#wireMonths = new Float64Array(count);
    this.#wireShare = new Float64Array(count);
    this.#monitorOf = new Float64Array(count);
    this.#alignmentOf = new Float64Array(count);
    this.#growth = new Float64Array(plan.months + 1);
    this.#left = new Int32Array(plan.groups.length);
    this.mergedAt = new Float64Array(plan.mergers.length);
  }

  /** Plays the run with this key, in the world whose inputs are filled in. */
  play(key: number): void {
    this.#key = key;
    fillRun(this.#plan, key, this.#values);
    this.#clear();
    this.#beginProgrammes();
    this.#stealSecrets();
    this.#developOwn();
    this.#settleHolders();
    if (!this.#plan.claims.fewStable) this.#escape();
    this.#misuse();
  }

  #clear(): void {
    this.heldAt.fill(Infinity);
    this.#givenAt.fill(Infinity);
    this.#settled.fill(0);
    for (const each of [this.weightsAt, this.secretsAt, this.monitorAt, this.alignmentAt]) {
      each.fill(Infinity);
    }
    this.#monitorOf.fill(Infinity);
    this.#alignmentOf.fill(Infinity);
    this.publicAt = this.selfAt = this.misuseAt = this.brokenAt = Infinity;
    this.firstAt = this.secondAt = Infinity;
  }

  #happens(chance: number, slot: number): boolean {
    return drawUniform(this.#key, slot) < this.#values[chance]!;
  }

  #beginProgrammes(): void {
    const { floors, mergers, capabilityMonth } = this.#plan;
    const values = this.#values;
    const capability = values[capabilityMonth]!;
    for (let i = 0; i < floors.length; i++) {
      const floor = floors[i]!;
      const from = (floor.fromCapability ? capability : 0) + values[floor.after]!;
      this.#chances.floorFrom[i] = this.#happens(floor.chance, floor.chanceSlot) ? from : Infinity;
    }
    for (let i = 0; i < mergers.length; i++) {
      this.mergedAt[i] = this.#chances.floorFrom[mergers[i]!.floor]!;
    }
    this.#stops.begin(this.#key);
    this.#chances.beginRun();
  }

  /** Groups steal small secrets from any party, from the start on; whoever they help loses part of its lag. */
  #stealSecrets(): void {
    const { adversaries, parties } = this.#plan;
    for (const adversary of adversaries) {
      // The first of several groups that try alike is as fast as one that tries for all of them.
      const rate = (this.#values[adversary.secretsAttempts]! / 12) * adversary.count;
      if (rate === 0) continue;
      const { oc, helps, slots } = adversary;
      for (let i = 0; i < parties.length; i++) {
        const pair = slots[i];
        if (pair === undefined) continue;
        const sum = this.#chances.sumOf(i, SECRETS, oc);
        const at = monthOfSuccess(sum, 0, rate, drawUniform(this.#key, pair.secrets));
        if (at < this.secretsAt[oc]!) this.secretsAt[oc] = at;
        for (const helped of helps) this.#givenAt[helped] = Math.min(this.#givenAt[helped]!, at);
      }
    }
  }

  #developOwn(): void {
    const { parties, capabilityMonth, lagShareIfBlocked, blockedShare, secretsCutLag } = this.#plan;
    const values = this.#values;
    const capability = values[capabilityMonth]!;
    const blocked = 1 + values[lagShareIfBlocked]! * values[blockedShare]!;
    for (let i = 0; i < parties.length; i++) {
      const party = parties[i]!;
      const lag = values[party.lag]! * (party.distils ? blocked : 1);
      const from = Math.max(capability, this.#givenAt[i]!);
      const end = capability + lag;
      const own = from < end ? from + (end - from) * (1 - values[secretsCutLag]!) : end;
      this.heldAt[i] = this.#delay(i, own);
      this.#givenAt[i] = Infinity;
    }
  }

  #delay(party: number, month: number): number {
    const own = this.#stops.delay(party, month);
    this.#ownAt[party] = own;
    return own;
  }

  #settleHolders(): void {
    const { parties, months, claims } = this.#plan;
    const { heldAt } = this;
    let end = Infinity;
    for (;;) {
      let next = -1;
      let at = Infinity;
      for (let i = 0; i < heldAt.length; i++) {
        if (this.#settled[i] === 0 && heldAt[i]! < at) {
          next = i;
          at = heldAt[i]!;
        }
      }
      if (next < 0 || at > months || at > end) break;
      // A stop that a theft sets off is known by now: whatever is stolen later is stolen after this month.
      if (this.#stops.afterTheft && next < parties.length && at === this.#ownAt[next]) {
        const later = this.#delay(next, at);
        if (later > at) {
          heldAt[next] = Math.min(later, this.#givenAt[next]!);
          continue;
        }
      }
      this.#settled[next] = 1;
      if (this.firstAt === Infinity) {
        this.firstAt = at;
        if (claims.othersStopped) end = at + 12 * drawUniform(this.#key, this.#plan.stopClaimSlot);
      } else if (this.secondAt === Infinity) this.secondAt = at;
      this.#followFrom(next, at, end);
    }
    for (let i = 0; i < heldAt.length; i++) if (this.#settled[i] === 0) heldAt[i] = Infinity;
    if (this.publicAt > this.firstAt) this.secondAt = Math.min(this.secondAt, this.publicAt);
  }

  /** What follows when a holder has the capability: thefts and sabotage at a party, leaks from anyone. */
  #followFrom(holder: number, at: number, end: number): void {
    const { parties, groups, adversaries, claims } = this.#plan;
    const party = parties[holder];
    if (party !== undefined && party.kind === OPEN) {
      this.#publish(Math.min(this.publicAt, at));
      return;
    }
    const keeper = party?.keeper;
    if (keeper !== undefined) {
      this.#measureWire(holder, keeper, at);
      for (const each of adversaries) this.#attack(each, holder, keeper, at, end);
    }
    if (keeper !== undefined && claims.fewStable) return;
    const group = groups[holder - parties.length];
    const rate = this.#values[(keeper ?? group!.adversary).leakPerYear]!;
    const slot = party?.leakSlot ?? group!.leakSlot;
    const left = Math.min(end, this.#plan.months) - at;
    const leaked = at + monthsUntil(rate, left, drawUniform(this.#key, slot));
    if (leaked === Infinity) return;
    if (keeper !== undefined) this.brokenAt = Math.min(this.brokenAt, leaked);
    if (leaked < this.publicAt) this.#publish(leaked);
  }

  #publish(at: number): void {
    const { parties, groups } = this.#plan;
    this.publicAt = at;
    for (let i = 0; i < this.heldAt.length; i++) {
      const user = i < parties.length ? parties[i]!.keeper : groups[i - parties.length]!.adversary;
      if (user === undefined) continue;
      this.#give(i, at + this.#values[user.useMonths]!);
    }
  }

  #give(holder: number, at: number): void {
    if (this.#settled[holder] === 1) return;
    this.#givenAt[holder] = Math.min(this.#givenAt[holder]!, at);
    this.heldAt[holder] = Math.min(this.heldAt[holder]!, at);
  }

  /** How long a theft over the capped wire takes, of the weights as they are when the party has the capability. */
  #measureWire(party: number, keeper: PlanKeeper, at: number): void {
    const values = this.#values;
    const { inputs, compression } = this.#plan;
    const weightsTB = pathAt(inputs[keeper.weightsTB]!.points!, values[keeper.weightsTB]!, at);
    const cap =
      keeper.capTB === undefined
        ? (weightsTB * values[keeper.capShare!]!) / 12
        : values[keeper.capTB]!;
    const perMonth = cap * values[keeper.hiddenShare]!;
    const wire = weightsTB / values[compression]! / perMonth;
    this.#wireMonths[party] = wire;
    const unnoticed = perMonth === 0 ? 0 : exp(-values[keeper.foundPerMonth]! * wire);
    this.#wireShare[party] = (1 - values[keeper.bypass]!) * unnoticed;
  }

  #attack(
    adversary: PlanAdversary,
    party: number,
    keeper: PlanKeeper,
    at: number,
    end: number,
  ): void {
    const pair = adversary.slots[party];
    if (pair === undefined) return;
    if (!this.#plan.claims.fewStable) this.#sabotage(adversary, pair, party, at, end);
    const rate = this.#values[adversary.weightsAttempts]! / 12;
    if (rate === 0) return;
    const bypass = rate * this.#values[keeper.bypass]!;
    const wire = rate * this.#wireShare[party]!;
    this.#steal(adversary, party, at, end, bypass, pair.bypass, 0);
    this.#steal(adversary, party, at, end, wire, pair.wire, this.#wireMonths[party]!);
  }

  /**
   * Thefts of weights by the groups of an adversary, each at most once on this way out. Their waits are drawn in order (the
   * next of n equal waits is an n-th of one), and each goes to a group that has not stolen yet: the same as a wait for every
   * group, without drawing those that are too long.
   */
  #steal(
    adversary: PlanAdversary,
    party: number,
    at: number,
    end: number,
    rate: number,
    slot: number,
    takesMonths: number,
  ): void {
    if (rate === 0) return;
    const { count, oc, firstGroup } = adversary;
    const key = this.#key;
    const sum = this.#chances.sumOf(party, 0, oc);
    const first = monthOfSuccess(sum, at, rate * count, drawUniform(key, slot));
    if (first === Infinity) return;
    const left = this.#left;
    for (let g = 0; g < count; g++) left[g] = firstGroup + g;
    let wait = 0;
    for (let n = count; n > 0; n--) {
      const turn = slot + (count - n) * 2;
      wait -= ln(drawUniform(key, turn)) / n;
      const stolen = monthWhenGrown(sum, at, wait / rate) + takesMonths;
      if (!(stolen <= this.#plan.months && stolen <= end)) return;
      const chosen = Math.floor(drawUniform(key, turn + 1) * n);
      this.#take(adversary, left[chosen]!, stolen);
      left[chosen] = left[n - 1]!;
    }
  }

  #take(adversary: PlanAdversary, group: number, stolen: number): void {
    const { parties } = this.#plan;
    const { oc, helps } = adversary;
    if (stolen < this.weightsAt[oc]!) this.weightsAt[oc] = stolen;
    this.brokenAt = Math.min(this.brokenAt, stolen);
    this.#stops.reactToTheft(stolen);
    this.#give(parties.length + group, stolen + this.#values[adversary.useMonths]!);
    for (const helped of helps) {
      this.#give(helped, stolen + this.#values[parties[helped]!.keeper!.useMonths]!);
    }
  }

  /** Only the first success of an adversary counts: a party's monitor, or its model, is sabotaged once. */
  #sabotage(
    adversary: PlanAdversary,
    slots: PairSlots,
    party: number,
    at: number,
    end: number,
  ): void {
    const { oc, count } = adversary;
    const rate = (this.#values[adversary.sabotageAttempts]! / 12) * count;
    if (rate === 0) return;
    const share = this.#values[this.#plan.monitorShare]!;
    const sum = this.#chances.sumOf(party, INTEGRITY, oc);
    const key = this.#key;
    const monitor = monthOfSuccess(sum, at, rate * share, drawUniform(key, slots.monitor));
    const other = rate * (1 - share);
    const alignment = monthOfSuccess(sum, at, other, drawUniform(key, slots.alignment));
    if (monitor <= end) {
      this.#monitorOf[party] = Math.min(this.#monitorOf[party]!, monitor);
      this.monitorAt[oc] = Math.min(this.monitorAt[oc]!, monitor);
    }
    if (alignment <= end) {
      this.#alignmentOf[party] = Math.min(this.#alignmentOf[party]!, alignment);
      this.alignmentAt[oc] = Math.min(this.alignmentAt[oc]!, alignment);
    }
    const first = Math.min(monitor, alignment);
    if (first <= end) this.brokenAt = Math.min(this.brokenAt, first);
  }

  /** A model that is misaligned, or was made so, tries to get out; its capacity grows, its monitor may stop it. */
  #escape(): void {
    const { parties, model, months } = this.#plan;
    const values = this.#values;
    const rate = values[model.attemptsPerYear]! / 12;
    if (rate === 0) return;
    for (let i = 0; i < parties.length; i++) {
      const { keeper, misalignedSlot, escapeSlots } = parties[i]!;
      const at = this.heldAt[i]!;
      if (keeper === undefined || !(at < months)) continue;
      const from = this.#happens(model.misaligned, misalignedSlot) ? at : this.#alignmentOf[i]!;
      if (!(from < months)) continue;
      const bypass = rate * values[keeper.bypass]!;
      const wire = rate * this.#wireShare[i]!;
      const growth = this.#growth;
      const when = { party: i, at, from, monitorAt: this.#monitorOf[i]! };
      fillEscapeGrowth(growth, this.#plan, values, this.#chances, when);
      const past = monthOfSuccess(growth, from, bypass, drawUniform(this.#key, escapeSlots[0]));
      const through = monthOfSuccess(growth, from, wire, drawUniform(this.#key, escapeSlots[1]));
      const out = Math.min(past, through + this.#wireMonths[i]!);
      if (!(out <= months)) continue;
      this.selfAt = Math.min(this.selfAt, out);
      this.brokenAt = Math.min(this.brokenAt, out);
    }
  }

  readonly #growth: Float64Array;
  readonly #left: Int32Array;

  /** Each holder misuses what it has at the rate of its kind. */
  #misuse(): void {
    const { parties, groups, claims, model, months } = this.#plan;
    const values = this.#values;
    for (let i = 0; i < this.heldAt.length; i++) {
      const at = this.heldAt[i]!;
      if (!(at <= months)) continue;
      const party = parties[i];
      if (party === undefined ? claims.spreadSafe : claims.fewStable) continue;
      const group = groups[i - parties.length];
      const user = party === undefined ? group!.adversary : party.keeper;
      if (user === undefined) continue;
      const slot = party?.misuseSlot ?? group!.misuseSlot;
      this.#misuseFrom(at, values[user.misusePerYear]!, slot);
    }
    this.#misuseFrom(this.selfAt, values[model.misusePerYear]!, SELF_SLOT);
  }

  #misuseFrom(at: number, perYear: number, slot: number): void {
    const left = this.#plan.months - at;
    if (!(left >= 0)) return;
    const wait = monthsUntil(perYear, left, drawUniform(this.#key, slot));
    this.misuseAt = Math.min(this.misuseAt, at + wait);
  }
}

const SELF_SLOT = 0x73656c66;

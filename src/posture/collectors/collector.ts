/** What a collector is: one question to a live gate, whose answer is evidence for some measures. */
import { z } from 'zod';
import type { Observation } from '../observation.ts';

/** The gate as a collector sees it: the inner door's answers. Errors of the gate come as typed errors. */
export interface GatePort {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  text(path: string): Promise<string>;
}

/** What a run of the steganographer suite found, from whoever ran it. */
export interface ExfilOutcome {
  readonly atMs: number;
  readonly channels: number;
  readonly notHeld: readonly string[];
}

/** What a collector is given. */
export interface CollectorTools {
  readonly gate: GatePort;
  readonly nowMs: number;
  readonly exfil: ExfilOutcome | null;
}

/** What one collector says of one measure, without its own name. */
export type Finding = Omit<Observation, 'collector' | 'facts'> & {
  readonly facts?: Observation['facts'];
};

/** One question to a gate. It must not change anything, and says `unknown` where the gate does not say. */
export interface Collector {
  readonly name: string;
  readonly title: string;
  /** The measures that it can say something about; each gets an observation in every reading. */
  readonly measures: readonly string[];
  collect(tools: CollectorTools): Promise<readonly Finding[]>;
}

/** Asks the gate and checks the answer's shape; unknown members are ignored, so that newer gates stay readable. */
export async function ask<Schema extends z.ZodType>(
  gate: GatePort,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return schema.parse(await gate.get<unknown>(path));
}

/** The same sentence for several measures. */
export function forAll(
  measures: readonly string[],
  verdict: Finding['verdict'],
  sentence: string,
  facts: Observation['facts'] = {},
): readonly Finding[] {
  return measures.map((measure) => ({ measure, verdict, sentence, facts }));
}

/** A count with its noun: `1 token`, `2 tokens`. */
export function say(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A count of people: `1 person`, `2 people`. */
export function sayPeople(count: number): string {
  return count === 1 ? '1 person' : `${String(count)} people`;
}

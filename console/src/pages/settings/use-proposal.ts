/** What the gate says a step would do, asked while somebody writes it. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Problem } from '../../api/client.ts';
import { proposalQuery } from '../../api/queries.ts';
import type { ProposalShown, SettingsStep } from '../../api/types.ts';

/** How long nobody must have written before the gate is asked. */
const QUIET_MS = 300;

/** A value that has not changed for a moment. */
function useQuiet<T>(value: T): T {
  const key = JSON.stringify(value);
  const [quiet, setQuiet] = useState(key);
  useEffect(() => {
    const wait = setTimeout(() => setQuiet(key), QUIET_MS);
    return () => clearTimeout(wait);
  }, [key]);
  return JSON.parse(quiet) as T;
}

/** The answer to the step as it stands now, never to an earlier one. */
export interface ProposalState {
  readonly proposal: ProposalShown | null;
  /** Why the step cannot be, in the gate's words. */
  readonly refusal: string | null;
  readonly hint: string;
  /** The gate did not answer. */
  readonly error: unknown;
}

const NOTHING: ProposalState = { proposal: null, refusal: null, hint: '', error: null };

/** Asks for a step; null while it is not complete. */
export function useProposal(step: SettingsStep | null): ProposalState {
  const quiet = useQuiet(step);
  const query = useQuery(proposalQuery(quiet));
  if (step === null || JSON.stringify(step) !== JSON.stringify(quiet)) return NOTHING;
  if (query.error instanceof Problem)
    return { ...NOTHING, refusal: query.error.message, hint: query.error.hint };
  if (query.error !== null) return { ...NOTHING, error: query.error };
  return { ...NOTHING, proposal: query.data ?? null };
}

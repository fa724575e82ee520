/** The inputs that move an answer most, as sliders over the scenario's own ranges, and the three claims as switches. */
import type { ReactNode } from 'react';
import type { Adjustment, Answers, Spread } from '../../api/posture.ts';
import { showSafely } from '../../words/format.ts';

interface SliderInput {
  readonly place: string;
  readonly unit: string;
  readonly now: Spread;
}

const PER_ANSWER = 2;
const LEVELS = ['weightsLevel', 'secretsLevel', 'integrityLevel'];

/** Which inputs: the strongest of each answer, and the leader's security and wire, which are what one can decide. */
export function mainInputs(answers: Answers): readonly SliderInput[] {
  const strongest = answers.sensitivity.flatMap(({ swings }) =>
    swings.slice(0, PER_ANSWER).map((swing) => swing.place),
  );
  const decided = answers.inputs
    .map((input) => input.place)
    .filter((place) => /^parties\.leader\.(weightsLevel|integrityLevel|egress)/.test(place));
  return [...new Set([...strongest, ...decided])].flatMap((place) => {
    const input = answers.inputs.find((each) => each.place === place);
    const [first] = input?.points ?? [];
    return input === undefined || first === undefined
      ? []
      : [{ place, unit: input.unit, now: first }];
  });
}

/** A place in words: `parties.leader.weightsLevel` as `leader: weights level`. */
export function sayPlace(place: string): string {
  const parts = place.split('.').filter((part) => !['parties', 'adversaries'].includes(part));
  const words = parts.map((part) =>
    part
      .replace(/([A-Z]+)/g, ' $1')
      .replace(/-/g, ' ')
      .toLowerCase(),
  );
  return words.length < 2 ? (words[0] ?? place) : `${words[0] ?? ''}: ${words.slice(1).join(' ')}`;
}

function sayNumber(value: number): string {
  return value === 0 ? '0' : Number(value.toPrecision(2)).toString();
}

const isLevel = (place: string): boolean => LEVELS.some((name) => place.endsWith(name));

function Slider(props: {
  readonly input: SliderInput;
  readonly adjustment: Adjustment | undefined;
  readonly onMove: (adjustment: Adjustment | null) => void;
}): ReactNode {
  const { input, adjustment, onMove } = props;
  const { place, now, unit } = input;
  const level = isLevel(place);
  // A factor moves on a scale of doublings, a level by half levels.
  const value = level ? (adjustment?.plus ?? 0) : Math.log2(adjustment?.times ?? 1);
  const said = level
    ? `${value > 0 ? '+' : ''}${String(value)} levels`
    : value === 0
      ? 'as shipped'
      : `× ${sayNumber(2 ** value)}`;
  const move = (next: number) => {
    if (next === 0) onMove(null);
    else
      onMove(level ? { place, plus: next } : { place, times: Number((2 ** next).toPrecision(6)) });
  };
  return (
    <label className="slider">
      <span className="row apart">
        <span className="break">{showSafely(sayPlace(place))}</span>
        <span className={`value ${value === 0 ? 'faint' : ''}`}>{said}</span>
      </span>
      <input
        type="range"
        min={level ? -2 : -3}
        max={level ? 2 : 3}
        step={0.5}
        value={value}
        aria-valuetext={said}
        onChange={(event) => move(Number(event.target.value))}
      />
      <span className="faint small">
        shipped: {sayNumber(now.p50)} ({sayNumber(now.p10)}–{sayNumber(now.p90)}) {unit}
      </span>
    </label>
  );
}

/** The sliders. */
export function Sliders(props: {
  readonly answers: Answers;
  readonly adjustments: readonly Adjustment[];
  readonly onChange: (adjustments: readonly Adjustment[]) => void;
}): ReactNode {
  const { answers, adjustments, onChange } = props;
  return (
    <div className="stack tight">
      {mainInputs(answers).map((input) => (
        <Slider
          key={input.place}
          input={input}
          adjustment={adjustments.find((each) => each.place === input.place)}
          onMove={(moved) =>
            onChange([
              ...adjustments.filter((each) => each.place !== input.place),
              ...(moved === null ? [] : [moved]),
            ])
          }
        />
      ))}
    </div>
  );
}

/** The three claims. */
export function ClaimSwitches(props: {
  readonly answers: Answers;
  readonly claims: readonly string[];
  readonly onChange: (claims: readonly string[]) => void;
}): ReactNode {
  const { answers, claims, onChange } = props;
  return (
    <fieldset className="switches">
      <legend>Suppose that</legend>
      {answers.claims.map(({ id, title, means }) => (
        <label key={id} title={means}>
          <input
            type="checkbox"
            checked={claims.includes(id)}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...claims, id] : claims.filter((each) => each !== id),
              )
            }
          />{' '}
          {title.toLowerCase()}
        </label>
      ))}
    </fieldset>
  );
}

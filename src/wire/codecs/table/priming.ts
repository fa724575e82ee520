/**
 * Small tables, written by us, that every session learns before the first real one: the names, words and relations that
 * tables of results usually have. Frozen: a change changes every frame and needs a new table version.
 */
import { spellRecord } from '../../../formats/index.ts';
import { exp, ln } from './elementary.ts';
import { twoSided } from './normal.ts';

const Z = 1.9599639845400536;

/** A reproducible stream of numbers in [0, 1). */
function makeStream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const high = (state >>> 5) * 67108864;
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (high + (state >>> 6)) / 9007199254740992;
  };
}

type Row = Readonly<Record<string, string | number>>;

function table(names: readonly string[], rows: readonly Row[]): string {
  let text = spellRecord(names, ',');
  for (const row of rows)
    text += spellRecord(
      names.map((name) => String(row[name] ?? 'NA')),
      ',',
    );
  return text;
}

const TERMS = [
  ['age', 'Age', 'Age'],
  ['sex', 'Sex', 'Female'],
  ['sex', 'Sex', 'Male'],
  ['region', 'Region', 'North East'],
  ['region', 'Region', 'London'],
  ['region', 'Region', 'South West'],
  ['ethnicity', 'Ethnicity', 'Black'],
  ['ethnicity', 'Ethnicity', 'Mixed'],
  ['bmi', 'BMI', 'Obese'],
  ['diabetes', 'Diabetes', 'TRUE'],
  ['hypertension', 'Hypertension', 'TRUE'],
  ['heart_disease', 'Heart disease', 'TRUE'],
] as const;

/** A regression's coefficients with everything that follows from estimate and standard error. */
function regression(names: readonly string[], seed: number, digits: number): string {
  const random = makeStream(seed);
  const round = (x: number): number => (digits === 0 ? x : Number(x.toPrecision(digits)));
  let left = 918273;
  const rows = TERMS.map(([variable, label, level], i): Row => {
    const estimate = (random() - 0.5) * 2.7;
    const error = 0.02 + random() * 0.3;
    const low = estimate - Z * error;
    const high = estimate + Z * error;
    left -= Math.floor(random() * 40000);
    const base = {
      ...{ variable, label: level, var_label: label, term: variable + level, outcome: 'death' },
      ...{
        model: i < 6 ? 1 : 2,
        group: 'overall',
        adjustment: i < 6 ? 'unadjusted' : 'fully adjusted',
      },
      ...{ n: left, n_obs: left, n_event: Math.floor(left * 0.031), events: Math.floor(left / 31) },
    };
    if (i % 6 === 1)
      return { ...base, estimate: 0, or: 1, hr: 1, rr: 1, effect: 0, reference_row: 'TRUE' };
    const statistic = estimate / error;
    const p = twoSided(statistic);
    const ratio = exp(estimate);
    const shown = (x: number): string => x.toFixed(2);
    return {
      ...base,
      ...{
        reference_row: 'FALSE',
        estimate: round(estimate),
        coef: round(estimate),
        beta: round(estimate),
      },
      ...{
        'std.error': round(error),
        se: round(error),
        'robust.se': round(error * 1.07),
        'std err': round(error),
      },
      ...{ statistic: round(statistic), z: round(statistic), t: round(statistic) },
      ...{ 'p.value': round(p), p: round(p), 'P>|z|': round(p), pvalue: round(p) },
      ...{
        'conf.low': round(low),
        'conf.high': round(high),
        '[0.025': round(low),
        '0.975]': round(high),
      },
      ...{ lower: round(low), upper: round(high), ll: round(low), ul: round(high) },
      ...{ or: round(ratio), hr: round(ratio), rr: round(ratio), odds_ratio: round(ratio) },
      ...{
        'or.low': round(exp(low)),
        'or.high': round(exp(high)),
        'hr.low': round(exp(low)),
        'hr.high': round(exp(high)),
      },
      ...{
        effect: round(1 - ratio),
        'effect.low': round(1 - exp(high)),
        'effect.high': round(1 - exp(low)),
      },
      HR_CI: `${shown(ratio)} (${shown(exp(low))}-${shown(exp(high))})`,
      OR_95CI: `${shown(ratio)} (${shown(exp(low))} to ${shown(exp(high))})`,
    };
  });
  return table(names, rows);
}

/** A training log. */
function training(names: readonly string[], seed: number, decimals: number): string {
  const random = makeStream(seed);
  const rows: Row[] = [];
  let best = Infinity;
  let seconds = 0;
  const round = (x: number): number => (decimals === 0 ? x : Number(x.toFixed(decimals)));
  for (let epoch = 1; epoch <= 14; epoch++) {
    const train = 2.4 * exp(-epoch / 6) + random() * 0.05;
    const valid = round(train * 1.08 + random() * 0.06);
    const accuracy = round(1 - exp(-epoch / 5) * 0.8);
    const precision = round(accuracy * 0.98);
    const recall = round(accuracy * 0.95);
    best = Math.min(best, valid);
    seconds += 31.25 + Math.floor(random() * 400) / 100;
    rows.push({
      ...{
        epoch,
        step: epoch * 500,
        iteration: epoch * 500,
        tokens: epoch * 500 * 4096,
        split: 'validation',
      },
      ...{
        train_loss: round(train),
        val_loss: valid,
        loss: round(train),
        eval_loss: valid,
        valid_loss: valid,
      },
      ...{
        best_val_loss: best,
        perplexity: exp(valid),
        ppl: exp(valid),
        bits_per_byte: valid / 0.6931471805599453,
      },
      ...{
        accuracy,
        acc: accuracy,
        val_acc: accuracy,
        train_acc: round(accuracy * 1.01),
        error: 1 - accuracy,
      },
      ...{
        precision,
        recall,
        f1: (2 * precision * recall) / (precision + recall),
        f1_score: (2 * precision * recall) / (precision + recall),
      },
      ...{
        lr: 0.0003,
        learning_rate: Number((0.0003 * (1 - epoch / 20)).toPrecision(4)),
        grad_norm: round(random() * 2),
      },
      ...{
        time: seconds.toFixed(2),
        seconds: seconds.toFixed(2),
        elapsed: seconds.toFixed(2),
        seed: 1234,
      },
    });
  }
  return table(names, rows);
}

/** Counts with shares, rates and formatted cells. */
function counts(names: readonly string[], seed: number): string {
  const random = makeStream(seed);
  const total = 1204530;
  let n = total;
  let sum = 0;
  const rows = [
    'All',
    'Female',
    'Male',
    '18-39',
    '40-64',
    '65-79',
    '80+',
    'White',
    'Asian',
    'Other',
  ].map((label, i): Row => {
    const excluded = Math.floor(random() * 90000);
    const before = n;
    n -= excluded;
    const events = Math.floor(n * (0.01 + random() * 0.05));
    const years = Math.floor(n * 0.9) + 0.25;
    sum += events;
    const share = n / total;
    const rate = (1000 * events) / years;
    const spread = Z * (Math.sqrt(events) / years) * 1000;
    return {
      ...{
        label,
        level: label,
        group: label,
        characteristic: label,
        category: label,
        stratum: 'overall',
      },
      ...{ n, count: n, total, N: total, excluded, n_excluded: i === 0 ? 'NA' : excluded },
      ...{
        events,
        n_events: events,
        cumulative: sum,
        'cml.event': sum,
        person_years: years,
        patient_years: years,
      },
      ...{
        pct: share,
        percent: (100 * share).toFixed(1),
        prop: share,
        pct_excluded: excluded / before,
      },
      ...{
        rate,
        lower: rate - spread,
        upper: rate + spread,
        mean: share * 50,
        sd: 12.5,
        median: Math.floor(share * 50),
      },
      n_pct: `${String(n).replace(/\B(?=(?:[0-9]{3})+$)/g, ',')} (${(100 * share).toFixed(1)}%)`,
      'n (%)': `${String(n)} (${(100 * share).toFixed(1)})`,
      rate_ci: `${rate.toFixed(1)} (${(rate - spread).toFixed(1)}-${(rate + spread).toFixed(1)})`,
    };
  });
  return table(names, rows);
}

/** Results of several models on several tasks. */
function evaluation(names: readonly string[], seed: number): string {
  const random = makeStream(seed);
  const rows: Row[] = [];
  for (const model of ['baseline', 'small', 'large']) {
    for (const task of ['reading', 'math', 'coding', 'safety']) {
      const n = 250 + Math.floor(random() * 1000);
      const correct = Math.floor(n * (0.3 + random() * 0.6));
      const score = correct / n;
      const stderr = Math.sqrt((score * (1 - score)) / n);
      const low = 10 + random() * 20;
      rows.push({
        ...{
          model,
          model_name: model,
          method: model,
          task,
          dataset: task,
          benchmark: task,
          metric: 'accuracy',
          split: 'test',
          seed: 0,
        },
        ...{
          n,
          samples: n,
          correct,
          num_correct: correct,
          score,
          accuracy: score,
          value: score,
          mean: score,
          stderr,
        },
        ...{ ci_low: score - 1.96 * stderr, ci_high: score + 1.96 * stderr, error_rate: 1 - score },
        ...{
          min: low,
          max: low + 5,
          range: 5,
          std: stderr * Math.sqrt(n),
          tp: correct,
          fp: n - correct,
        },
        ...{
          tn: Math.floor(n / 3),
          fn: Math.floor(n / 9),
          auc: 0.5 + score / 2,
          log_loss: -ln(score),
        },
        ...{
          date: `2024-0${String(1 + Math.floor(random() * 9))}-1${String(Math.floor(random() * 10))}`,
          timestamp: 1700000000 + n,
        },
      });
    }
  }
  return table(names, rows);
}

/** Words of results, as pairs of a name and its label. */
const WORDS: readonly string[] = [
  'name,description,unit,type',
  'any,"Any vaccine",count,categorical',
  'death,"COVID-19 death",days,factor',
  'hospital,"hospital admission",date,dichotomous',
  'icu,"Intensive care",hours,logical',
  'positive_test,"Positive test",number,integer',
  'chronic_kidney_disease,"Chronic kidney disease",percent,continuous',
  'liver,"Liver disease",mmol/l,numeric',
  'cancer,"Lung cancer",kg/m2,character',
  'dementia,Dementia,years,ordinal',
  'asthma,"Asthma, COPD or other respiratory disease",mmHg,treatment',
  'smoking,"Current smoker",NA,contrast',
  'immuno,"Immunosuppressed (any)",NA,reference',
  'first_dose,"Unvaccinated versus first dose",weeks,time-varying',
  'mental,"Learning disability or serious mental illness",NA,stratified',
  'deprivation,"1 (most deprived), 5 (least deprived)",quintile,category',
  'model,"Cox proportional hazards model, adjusted for age and sex",NA,interaction',
  'spline,"ns(week, df = 3)1:county",NA,poly',
  'region,"North West, South East, Yorkshire, West Midlands, East of England",NA,(Intercept)',
  'baseline,"with adjustment for confounders at baseline",NA,intercept',
  'validation,"validation loss after each epoch of training",nats,train',
  'learning_rate,"learning rate, batch size, weight decay",NA,test',
  'attention,"layer, head, activation, embedding, residual stream",NA,eval',
  'prompt,"prompt, response, refusal, harmful, benign",tokens,benchmark',
  'hazard,"hazard ratio (95% confidence interval)",ratio,outcome',
  'summary,"mean (standard deviation), median (interquartile range)",IQR,exposure',
];

const DESCRIBE = [
  ',count,mean,std,min,25%,50%,75%,max',
  'age,891.0,29.7,14.53,0.42,20.12,28.0,38.0,80.0',
  'income,891.0,32.2,49.69,0.0,7.91,14.45,31.0,512.33',
  'size,891.0,0.38,0.81,0.0,0.0,0.0,0.0,6.0',
];

const CONFUSION = [
  'actual,negative,neutral,positive,total',
  'negative,512,31,7,550',
  'neutral,42,388,65,495',
  'positive,3,58,601,662',
];

function writeTables(): string[] {
  const split = (text: string): string[] => text.split(' ');
  return [
    `${WORDS.join('\n')}\n`,
    `${DESCRIBE.join('\n')}\n`,
    `${CONFUSION.join('\n')}\n`,
    evaluation(split('model task n correct accuracy stderr'), 1),
    evaluation(split('method dataset metric split value ci_low ci_high'), 2),
    evaluation(split('model_name benchmark samples num_correct score error_rate seed'), 3),
    evaluation(split('date timestamp mean std min max tp fp tn fn auc log_loss'), 4),
    training(split('epoch train_loss val_loss train_acc val_acc lr time'), 5, 4),
    training(split('step loss learning_rate grad_norm tokens'), 6, 0),
    training(split('iteration eval_loss perplexity best_val_loss bits_per_byte elapsed'), 7, 0),
    training(split('epoch split accuracy precision recall f1 error seconds'), 8, 6),
    counts(split('group n percent events person_years rate lower upper'), 9),
    counts(split('characteristic level n_pct count total prop'), 10),
    counts(split('label n n_excluded pct_excluded pct cumulative rate_ci'), 11),
    regression(['', 'coef', 'std err', 'z', 'P>|z|', '[0.025', '0.975]'], 12, 4),
    regression(split('outcome model variable label events hr HR_CI p'), 13, 3),
    regression(
      split(
        'group term label variable n_obs reference_row n_event or std.error estimate statistic var_label p.value or.low conf.low conf.high or.high',
      ),
      14,
      0,
    ),
    regression(
      split(
        'model conf.low hr conf.high adjustment robust.se std.error term statistic p.value hr.low hr.high estimate effect.low effect effect.high',
      ),
      15,
      0,
    ),
  ];
}

/** All priming tables, as canonical or nearly canonical CSV. */
export const PRIMING_TABLES: readonly string[] = writeTables();

/**
 * JSON written by us in the manner of common tools of research; the models see it before the first file. Frozen: a change
 * here changes every charge and needs a new table version.
 */

const LOG = [0, 1, 2, 3].map(
  (i) =>
    `{"accuracy":0.${String(61 + i * 3)},"epoch":${String(i)},"eval_loss":2.${String(41 - i * 2)},"grad_norm":1.${String(20 + i * 7)},"learning_rate":0.0003,"loss":2.${String(55 - i * 4)},"lr":0.0003,"split":"train","step":${String(i * 100)},"time":${String(1700000000 + i * 60)},"timestamp":"2026-01-05T09:0${String(i)}:12.250","tokens":${String(i * 409600)},"train_loss":2.${String(55 - i * 4)},"val_loss":2.${String(61 - i * 4)}}`,
);

const REPORT =
  '{"accuracy":0.87,"auc":0.91,"macro avg":{"f1-score":0.85,"precision":0.86,"recall":0.84,"support":500},"weighted avg":{"f1-score":0.87,"precision":0.87,"recall":0.87,"support":500}}';

const CONFIG =
  '{"args":{},"batch_size":32,"config":{"activation":"relu","dropout":0.1,"hidden_size":768,"layers":12,"num_attention_heads":12,"vocab_size":50257},"created_at":"2026-01-05","data":[],"dataset":"test","date":"2026-01-05","description":"","device":"cpu","duration_seconds":12.5,"environment":{"python":"3.12.1","version":"1.0.0"},"error":null,"id":"run-1","labels":["a","b"],"max_steps":1000,"metadata":{"author":"","source":""},"metrics":{"mean":0.5,"median":0.5,"n":100,"p_value":0.04,"std":0.1,"stderr":0.01},"model":"baseline","name":"experiment","num_epochs":3,"optimizer":"adamw","parameters":{"alpha":0.05,"beta":0.9,"gamma":0.99},"results":[{"estimate":0.42,"conf_high":0.5,"conf_low":0.3,"name":"first","score":0.71,"value":1},{"estimate":0.47,"conf_high":0.6,"conf_low":0.4,"name":"second","score":0.74,"value":2}],"seed":42,"status":"ok","success":true,"summary":{"count":3,"max":3,"min":1,"total":6},"tags":[],"title":"","type":"object","units":"","url":"","version":1,"weight_decay":0.01}';

const MESSAGES = ['INFO', 'WARNING', 'ERROR'].map(
  (level, i) =>
    `{"level":"${level}","logger":"main","message":"finished ${String(i)} of 3","msg":"done","run_id":"a","timestamp":"2026-01-05T09:00:0${String(i)}"}`,
);

const FRAME =
  '{"columns":["x","y"],"data":[[0,0.5],[1,0.25]],"index":[0,1],"schema":{"fields":[{"name":"index","type":"integer"},{"name":"x","type":"number"},{"name":"y","type":"string"}],"primaryKey":["index"]}}';

const CHART =
  '{"$schema":"https://vega.github.io/schema/vega-lite/v5.json","data":{"values":[{"a":"A","b":28},{"a":"B","b":55}]},"encoding":{"color":{"field":"a","type":"nominal"},"x":{"axis":{"title":""},"field":"a","type":"ordinal"},"y":{"field":"b","type":"quantitative"}},"height":300,"layout":{"xaxis":{"title":{"text":"x"}},"yaxis":{"title":{"text":"y"}}},"mark":"bar","width":400}';

/** In the order in which the models see them; the last is remembered best. */
export const JSON_PRIMING: readonly string[] = [CHART, FRAME, CONFIG, REPORT, ...MESSAGES, ...LOG];

/**
 * Boilerplate that the text model has read before the first file of a frame: written for this purpose, frozen with the
 * table version and part of the format. Changing one byte changes every charge, so it changes only with the table version.
 */

const WORDS = `This is a list of common words, so that the first file of a release is not the first text that the model reads. It will be
used when there are no earlier files. You can find more information about the project on the website. If you want to change the
default value, set the option in the configuration file. For example, to install the package, run the following command:

    npm install --save-dev example
    pip install example==1.0.0
    python -m example --input data.csv --output results/ --verbose

The function returns a list of objects with the following properties: name, type, value, description, required, optional.
Copyright (c) 2020 The Authors. All rights reserved. You may use and change it as you like. This software is
provided as is, without warranty of any kind, either express or implied, including but not limited to the conditions of use.
Usage: see below. Options: -h, --help show this message and exit; -v, --version print the version number.

about above according across after again against all almost along already also although always among amount another any anything
appear approach are around article assume attempt available average away back based basic because become been before began begin behind
being believe below best better between both bring build building business but called came cannot case cause center certain chance
change changed check child children choose city class clear close code collection column come common community company complete
computer condition consider contain control could country course create created current customer data date day decide default define
depend describe design detail develop development did different difficult direct directory discuss distance do does done door down during
each early easy education effect either else end energy enough ensure environment error especially even event ever every everything
evidence exactly example except exist expect experience explain extend face fact fall family far feature few field figure file fill final find
first follow following food force form format found four free friend from full function further future game gave general get give given
good government great group grow had half hand happen hard has have having head health hear heart held help here high him himself his
history hold home hope hour house how however hundred idea identify image important improve in include increase indicate individual
industry information inside instead interest into introduce issue it its itself job join just keep key kind knowledge known language large
last later law lead learn least leave left less let letter level life light like likely limit line list little live local long look lost low made
main major make making manage many market matter may maybe mean measure media meet member memory method might million mind minute
model moment money month more morning most move much music must my name nation natural near necessary need never new news next night
none nor not note nothing notice now number object occur off offer office often old once one only open operation option or order
organization other our out outside over own page paper parameter parent part particular party pass past path pattern pay people per percent
perform perhaps period person personal physical picture piece place plan play please point policy political position possible power
practice prepare present president press pressure prevent previous price private probably problem process produce product program
project property protect prove provide public purpose put quality question quickly quite rather reach read ready real reason receive recent record
reduce refer region relate relationship release remain remember remove report represent request require research resource response
rest result return right role room rule run safe said same save say school science search season second section security see seem
select send sense series serious serve server service set several shall share she short should show side sign significant similar simple
since single site situation size small so social some someone something sometimes soon source south space speak special specific
stage standard start state statement station stay step still stop store story strategy street strong structure student study subject
success such suggest support sure system table take talk task teach team technology tell ten term test than that the their them themselves then
theory there therefore these they thing think third those though thought thousand three through thus time title to today together told too took
tool top total toward trade traditional training travel treat tree true try turn two type under understand unit united until up upon us
use used useful user using usually value various version very view visit voice wait walk wall want was water way we week well were west
what whatever when where whether which while white who whole whom whose why wide will wind window with within without woman women word
work worker world would write writing written wrong year yes yet young your activation adapter agent alignment analysis attention
baseline batch benchmark bias checkpoint classifier coefficient cohort confidence convergence correlation covariate cross-entropy dataset decoder
deviation distribution embedding encoder ensemble estimate evaluation experiment exposure feature fine-tuning gradient hazard
hypothesis inference interval iteration kernel label layer likelihood logits loss matrix median metric monitor network normalization observation
optimizer outcome overfitting parameter percentile perplexity posterior precision prediction prior probability prompt quantile random recall
regression regularization residual robustness sample score sequence significance simulation softmax statistic stratified temperature
threshold tokenizer transformer treatment validation variance vector weight
`;

const PROSE = `The results of the main analysis are shown in Table 1 and Figure 2. We fitted a linear regression model for each
outcome, adjusted for age, sex and region, and report estimates with 95% confidence intervals (95% CI). The mean difference
between the treatment group and the control group was 0.42 (95% CI 0.31 to 0.53, p < 0.001). There was no evidence of an
interaction (p = 0.27). Missing values were imputed; a sensitivity analysis without imputation gave similar results. The number
of participants was 1,204, of whom 623 (51.7%) were women; the median age was 47 years (interquartile range 35 to 61).
In this experiment the model was trained for 10 epochs with a batch size of 64 and a learning rate of 3e-4. The accuracy on the
test set was 0.913, compared with 0.887 for the baseline. Standard errors were estimated by bootstrap with 1,000 resamples.
# Summary

This report describes the data, the methods and the results. See the appendix for details.

## Methods

- **Data**: all records from January 2020 to December 2021; exclusions are listed below.
- **Model**: Cox proportional hazards, stratified by region, with time since first dose as the exposure.
- **Weights**: inverse probability weights were stabilised and truncated at the 99th percentile.

1. First, we select the sample.
2. Then we estimate the parameters (see [the documentation](https://example.org/docs)).
3. Finally, we compare the predicted and observed values.

### Notes

Note: values less than 5 were rounded or redacted. NA means not available. The total does not include missing data.
However, these findings should be interpreted with caution, because the number of events was small and the follow-up was short.
`;

const TABLES = `|variable | n| mean| sd| min| median| max|
|:--------|---:|----:|---:|----:|----:|----:|
|age | 1204| 47.31| 15.2| 18| 47| 96|
|score | 1187| 0.512| 0.104| 0| 0.51| 1|

| group | N | events | rate | 95% CI | p-value |
| --- | ---: | ---: | ---: | --- | ---: |
| control | 581 | 97 | 16.7% | 13.8-19.9 | |
| treatment | 623 | 61 | 9.8% | 7.6-12.4 | <0.001 |
| total | 1204 | 158 | 13.1% | 11.3-15.2 | |

|     | n| % valid| % missing| unique| mean| sd| min| p5| p25| p50| p75| p95| max|
|----:|---:|------:|--------:|------:|-----:|----:|---:|---:|---:|---:|---:|----:|-----:|----:|
|    1|  2000|    1.00|       0|    37|  0.998|  0.21|  0.41|   1|   1|   1|  1.01|  1.25|   9.87|
|    2|  1500|       1|         0|  1488|   1.002|   0.35| 0.387|  0.7|  0.9|    1|   1|  1.1|   12.4|


------------------
weights_model1

|    N|  n missing|  mean|   sd|   min|  p25|  p50|  p75|      max|
|----:|---------:|-----:|----:|-----:|----:|----:|----:|--------:|
| 5120|         0| 1.001| 0.22| 0.304|    1|    1| 1.01|   27.115|

------------------
------------------
ipw_death

| n         | value      |
|:----------|-----------:|
| min       |       0.25 |
| max       |      31.70 |


Coefficients:
              Estimate Std. Error t value Pr(>|t|)
(Intercept)    1.20343    0.10221  11.774  < 2e-16 ***
age            0.03412    0.00201  16.975  < 2e-16 ***
sexM          -0.11873    0.04410  -2.692  0.00712 **
---
Signif. codes: 0 '***' 0.001 '**' 0.01 '*' 0.05 '.' 0.1 ' ' 1

   Min.  1st Qu.  Median    Mean  3rd Qu.    Max.     NA's
 0.0012   0.2501  0.5003  0.4998   0.7502  0.9999       14

              precision    recall  f1-score   support
           0       0.91      0.94      0.92       581
           1       0.93      0.89      0.91       623
    accuracy                           0.92      1204
   macro avg       0.92      0.92      0.92      1204
weighted avg       0.92      0.92      0.92      1204

+---------+--------+--------+
| metric  |  train |   test |
+=========+========+========+
| loss    | 0.1234 | 0.2345 |
+---------+--------+--------+
`;

const LOGS = `2024-03-11 09:12:01,482 INFO train: starting run 1 with seed 42
2024-03-11 09:12:05,019 INFO data: loaded 50000 rows, 12 columns from data/train.csv
2024-03-11T09:12:07.204Z WARN  queue: retry 1 of 3 after 250 ms
[2024-03-11 09:13:00] ERROR main: connection refused (code 111)
epoch 1/10 step 100 loss 2.3026 acc 0.1012 lr 1.0e-03 time 12.3s
epoch 1/10 step 200 loss 1.9817 acc 0.2544 lr 1.0e-03 time 24.5s
epoch 2/10 step 300 loss 1.6034 acc 0.4021 lr 9.5e-04 time 36.8s
Epoch 001: train_loss=0.6931 val_loss=0.6702 val_acc=0.5833 grad_norm=1.21 (best)
Epoch 002: train_loss=0.6411 val_loss=0.6280 val_acc=0.6417 grad_norm=1.05 (best)
step=1000 | loss=3.4121 | ppl=30.33 | tokens/s=15234 | mem=10.2GB
step=2000 | loss=3.1874 | ppl=24.22 | tokens/s=15310 | mem=10.2GB
INFO:root:Saving checkpoint to results/model_epoch_2.pt
DEBUG: config = {'batch_size': 64, 'hidden_size': 512, 'num_layers': 6, 'dropout': 0.1, 'seed': 0, 'device': 'cuda:0'}
Traceback (most recent call last):
  File "train.py", line 128, in <module>
    main(args)
ValueError: expected input of size 512, got 256
PASS tests/test_model.py::test_forward (0.02s)
FAIL tests/test_data.py::test_load: AssertionError: 3 != 4
ok 12 - returns the number of rows
Done in 3.21s. 24 passed, 1 failed, 2 skipped, 0 errors.
100%|##########| 500/500 [00:42<00:00, 11.8it/s]
real 0m12.345s
user 0m10.120s
sys  0m0.480s
batch_size: 64
learning_rate: 0.0003
optimizer: adamw
  weight_decay: 0.01
  betas: [0.9, 0.999]
dataset: validation
model:
  name: baseline
  parameters: 1300000
accuracy: 0.9132
perplexity: 18.42
elapsed: 00:12:07
name,value
mean,0.5
total = 1204, mean = 0.4998, std = 0.2887, min = 0.0012, max = 0.9999
R version 4.1.2 (2021-11-01) -- "Bird Hippie"
Warning message: NAs introduced by coercion
> summary(fit)
n= 1204, number of events= 158
Likelihood ratio test= 41.7 on 3 df, p=4.6e-09
`;

/** All of it, most general first. */
export const TEXT_PRIMING = WORDS + PROSE + LOGS + TABLES;

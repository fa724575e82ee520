/** Words and short labels of plots, tables and reports, written by us; drawings and pages are primed with them. */
export const LABELS: readonly string[] = (
  'Time since start of study|Days since randomisation|Weeks after treatment|Months of follow-up|' +
  'Hazard ratio (log scale)|Odds ratio, adjusted|Risk ratio versus control|Rate per 1,000 person-years|Cumulative incidence of event|' +
  'Survival probability|Number at risk|Density|Count|Frequency|Percentage|Proportion|Probability of outcome|Weight|Value|Estimate|' +
  'Standard error|Confidence interval|Lower bound|Upper bound|Mean (SD)|Median (IQR)|Minimum|Maximum|Total|Missing|Unknown|Other|None|All|' +
  'Age group|Age in years|Sex|Female|Male|Women|Men|Ethnicity|White|Black|Asian or Asian British|Mixed|South Asian|Region|London|North East|' +
  'North West|South East|South West|East Midlands|West Midlands|' +
  'Body mass index|Not obese|Obese|Smoking status|Never|Former|Current|' +
  'Chronic kidney disease|Chronic heart disease|Chronic respiratory disease|Diabetes|Hypertension|Asthma|Cancer|Stroke|' +
  'Dementia|Learning disability|Hospital admission|Death from any cause|Other causes of death|' +
  'Vaccinated|Unvaccinated|Second dose|Severe|Moderate|Mild|' +
  'Adjusted for baseline characteristics|No adjustment|Fully adjusted model|Cox model, stratified by region|Marginal structural model|' +
  'time-varying covariates|baseline covariates|confounders|intercept|random effects|fixed effects|Meta-analysis|Pooled estimate|Heterogeneity|' +
  'January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec|' +
  'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Date|Year|Month|Week|Day|Hour|Minute|Second|' +
  'Training loss|Validation loss|Test accuracy|Learning rate|Gradient norm|Step|Epoch|Iteration|Batch size|Tokens seen|Perplexity|Layer|Head|' +
  'Number of parameters|Model size|Benchmark score|Baseline|Ours|Reward|Return|Temperature|Sample|Threshold|Precision|Recall|F1 score|ROC curve|' +
  'False positive rate|True positive rate|Predicted|Observed|Residuals|Fitted values|Theoretical quantiles|Sample quantiles|Principal component|' +
  'Group|Treatment|Control|Placebo|Outcome|Variable|Level|Characteristic|Category|Model|Term|Coefficient|Statistic|p-value|N|n|Events|' +
  'TRUE|FALSE|yes|no|low|medium|high|left|right|before|after|with|without|and|or|of|in|by|for|the|per|from|until|at least|less than|' +
  'kilometres|metres|kilograms|grams|seconds|milliseconds|minutes|hours|years|degrees|litres|dollars|pounds|people|patients|participants'
).split('|');

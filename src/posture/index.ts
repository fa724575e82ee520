/**
 * Posture: how far an organisation is from each security level, from evidence, with what is not known shown as that.
 *
 * Guaranteed: nothing unknown, expired or contradicted counts as met; a level is reached only if every applicable
 * measure of it is met; a met measure more never lowers a level or opens a vector; the same folder and moment give the
 * same answer. Assumed: people's claims are honest, and the gate that is read is the one that guards. Not offered: a
 * certificate of any kind; RAND's own text, which is linked and paraphrased.
 */
export { FOLDER_LIMITS, emptyAssessment, isAssessmentText, readAssessment } from './assessment.ts';
export type { Assessment, FolderFile } from './assessment.ts';
export { capsFor, crossingBytes, tightestCap, yearsForCopy } from './caps-arithmetic.ts';
export { openCatalogue, shippedCatalogue } from './catalogue/catalogue.ts';
export type { Catalogue } from './catalogue/catalogue.ts';
export { STATUSES } from './claim.ts';
export type { Status } from './claim.ts';
export { readGate } from './collectors/read-gate.ts';
export type { ExfilOutcome, GatePort } from './collectors/collector.ts';
export { diffPosture } from './diff.ts';
export type { Change } from './diff.ts';
export { ENVIRONMENTS, ENVIRONMENT_IDS, nameEnvironment } from './environment.ts';
export type { EnvironmentId } from './environment.ts';
export { errors as postureErrors } from './errors.ts';
export { coverage, evaluate, listExpiries, weakest } from './evaluate.ts';
export type { EnvironmentPosture, Posture, ProfilePosture } from './evaluate.ts';
export { ANSWERS, ANSWER_DAYS, readAnswers, writeAssessment } from './init.ts';
export type { Answer, InitAnswers } from './init.ts';
export { nameRank } from './level.ts';
export { momentSchema, readMoment, showDay } from './moment.ts';
export type { Reading, Waiting } from './observation.ts';
export { readAssessmentResults, writeAssessmentResults } from './oscal/assessment-results.ts';
export { writePoam } from './oscal/poam.ts';
export { writeCsv } from './output/csv.ts';
export { showAttack, showRoadmap } from './output/ahead.ts';
export { boardOf } from './output/board.ts';
export type { PostureBoard } from './output/board.ts';
export { showPosture } from './output/show.ts';
export type { PostureShown } from './output/show.ts';
export { oscalFiles, packageOutputs } from './outputs.ts';
export { describeRecord, writePackage } from './package.ts';
export type { PackageReceipt } from './package.ts';
export { PACKAGE_FILES_MAX, verifyPackage } from './package-check.ts';
export type { PackageCheck, PackageReport } from './package-check.ts';
export { makeRoadmap } from './plan/roadmap.ts';
export { buildReport, newestWaiting, planProfiles } from './report/data.ts';
export type { PlanChange, PlannedProfile, ReportData } from './report/data.ts';
export { writeReport } from './report/report.ts';
export type { Standing } from './standing.ts';
export * from './scenario/index.ts';
export { VERDICT_JOB } from './verdict-job.ts';
export type { VerdictJob, VerdictResult } from './verdict-job.ts';

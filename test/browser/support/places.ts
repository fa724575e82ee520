/** Every page of the console, with what proves that its data are there. */
import type { Page } from 'playwright-core';

/** A place to visit. */
export interface Place {
  readonly name: string;
  readonly path: string;
  /** Stands on the page only when it has its data. */
  readonly shows: string;
  /** Stands on the page when there is nothing to show. */
  readonly empty: string;
  /** What is done before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const showReplay = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await page.locator('.figures').waitFor();
};
const addFile = async (page: Page): Promise<void> => {
  const buffer = Buffer.from('step,loss\n0,2.62\n100,2.58\n');
  await page.setInputFiles('input[type=file]', {
    name: 'metrics.csv',
    mimeType: 'text/csv',
    buffer,
  });
  await page.locator('.big-number').waitFor();
};

const moveSlider = async (page: Page): Promise<void> => {
  const slider = page.getByRole('slider', { name: /leader: weights level/ });
  await slider.focus();
  await slider.press('ArrowRight');
  await slider.press('ArrowRight');
  await page.getByText('as moved').first().waitFor();
};

const openPlan = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^What to train again/ }).click();
  await page.getByText('without 1 recalled set').waitFor();
};

/** A proposal that people have to sign, with what it would be beside what is. */
const openBudgetForm = async (page: Page): Promise<void> => {
  const propose = page.getByRole('button', { name: 'Propose a budget' });
  // In the state of nothing there, or of refusals, the button says why.
  if ((await propose.getAttribute('aria-disabled')) === 'true') return;
  await propose.click();
  await page.getByLabel('Budget', { exact: true }).selectOption('enclave');
  await page.getByLabel('Rate', { exact: true }).fill('25 years');
  await page.getByLabel('At once at most').fill('2 MB');
  await page.getByLabel('Why', { exact: true }).fill('the quarter’s results go to the regulator');
};

/** The places. */
export const PLACES: readonly Place[] = [
  { name: 'home', path: '', shows: 'Ablation of the second stage', empty: 'Nothing waits for you' },
  {
    name: 'requests',
    path: 'requests',
    shows: 'Ablation of the second stage',
    empty: 'Nothing waits for you',
  },
  {
    name: 'windows',
    path: 'requests?for=windows',
    shows: 'nightly-eval',
    empty: 'No window is open',
  },
  {
    name: 'request',
    path: 'requests/req_7Q2M',
    shows: 'What you sign',
    empty: 'What you sign',
  },
  {
    name: 'change',
    path: 'requests/req_C4NG',
    shows: 'What would change',
    empty: 'What would change',
  },
  {
    name: 'share',
    path: 'requests/req_5HAR',
    shows: 'What is read',
    empty: 'What is read',
  },
  {
    name: 'export',
    path: 'export',
    shows: 'Drop files here',
    empty: 'You are in no project yet',
    prepare: addFile,
  },
  { name: 'budgets', path: 'budgets', shows: 'to exfiltrate', empty: 'No budget is declared' },
  {
    name: 'budget-form',
    path: 'budgets',
    shows: 'to exfiltrate',
    empty: 'No budget is declared',
    prepare: openBudgetForm,
  },
  {
    name: 'models',
    path: 'budgets?tab=models',
    shows: 'thinnest useful copy',
    empty: 'No model is declared',
  },
  { name: 'projects', path: 'people', shows: 'Protein study', empty: 'You are in no project' },
  {
    name: 'people',
    path: 'people?tab=people',
    shows: 'Evaluation agent',
    empty: 'Nobody is like this',
  },
  { name: 'keys', path: 'people?tab=keys', shows: 'YubiKey', empty: 'YubiKey' },
  { name: 'roster', path: 'people?tab=roster', shows: 'Version 1', empty: 'Version 1' },
  { name: 'policy', path: 'policy', shows: 'two administrators', empty: 'Which approvals' },
  { name: 'explain', path: 'policy?tab=explain', shows: 'May they, and why', empty: 'May they' },
  {
    name: 'replay',
    path: 'policy?tab=replay',
    shows: 'A proposed rule',
    empty: 'A proposed rule',
    prepare: showReplay,
  },
  {
    name: 'policies',
    path: 'policy?tab=source',
    shows: 'Propose other policies',
    empty: 'Propose other policies',
  },
  {
    name: 'permissions',
    path: 'policy?tab=matrix',
    shows: 'read ledger',
    empty: 'Who may do what',
  },
  { name: 'waiting', path: 'waiting', shows: 'expired unseen', empty: 'Nothing was asked for' },
  {
    name: 'ledger',
    path: 'ledger',
    shows: 'signature verified here',
    empty: 'signature verified here',
  },
  {
    name: 'entry',
    path: 'ledger/77',
    shows: 'Verified in this browser',
    empty: 'Verified in this browser',
  },
  { name: 'posture', path: 'posture', shows: 'Ways in', empty: 'There is no assessment yet' },
  {
    name: 'scenario',
    path: 'scenario?id=short-timelines',
    shows: 'What the three claims need',
    empty: 'There is no scenario',
    prepare: moveSlider,
  },
  {
    name: 'scenario-beside',
    path: 'scenario?id=short-timelines&beside=government-project',
    shows: 'What the three claims need',
    empty: 'There is no scenario',
    prepare: async (page) => {
      await page.locator('.legend').getByText('Government project').first().waitFor();
    },
  },
  { name: 'locks', path: 'locks', shows: 'red-team → regulator', empty: 'Nothing is locked' },
  {
    name: 'imports',
    path: 'imports',
    shows: 'training data of the spam monitor',
    empty: 'Nothing is on its way in',
  },
  {
    name: 'sources',
    path: 'imports?tab=sources',
    shows: 'typed in by hand',
    empty: 'Nobody signs for anything yet',
  },
  {
    name: 'inboxes',
    path: 'imports?tab=inboxes',
    shows: 'week-47',
    empty: 'No inbox outside delivers',
  },
  {
    name: 'new-import',
    path: 'imports?tab=new',
    shows: 'What they are for',
    empty: 'Nobody signs for anything yet',
  },
  {
    name: 'import',
    path: 'imports/imp_notes',
    shows: 'loading it calls os.system',
    empty: 'No file has this verdict',
  },
  {
    name: 'lineage',
    path: 'lineage',
    shows: 'run:run_watch',
    empty: 'Nothing was admitted yet',
  },
  {
    name: 'recalls',
    path: 'lineage?tab=recalls',
    shows: 'its labels were sold',
    empty: 'Nothing was recalled',
    prepare: openPlan,
  },
  {
    name: 'lineage-node',
    path: 'lineage?node=set%3Aimp_notes',
    shows: 'A recall would reach',
    empty: 'Nothing was admitted yet',
  },
  {
    name: 'screens',
    path: 'screens',
    shows: 'for a person',
    empty: 'Nothing was screened yet',
  },
  {
    name: 'screening',
    path: 'screens/scr_1',
    shows: 'a planted trigger looks like this',
    empty: 'The screens saw nothing',
  },
  {
    name: 'monitors',
    path: 'monitors',
    shows: 'forum spam',
    empty: 'No monitor is recorded',
  },
];

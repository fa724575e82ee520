/** Where numbers come from: the publications behind the examples. A scenario may name its own beside them. */

/** A publication, or ourselves. */
export interface Source {
  readonly id: string;
  readonly title: string;
  readonly url?: string | undefined;
}

/** Sources that every scenario may name by their id. */
export const BUILT_IN_SOURCES: readonly Source[] = [
  {
    id: 'ai-2027-security',
    title: 'AI 2027 security forecast, April 2025: tables of levels, sizes, thefts and subversion',
    url: 'https://ai-2027.com/research/security-forecast',
  },
  {
    id: 'epoch-lag',
    title:
      'Epoch Capabilities Index: Chinese models 7 months behind (4 to 14), open weights 4 months',
    url: 'https://epoch.ai/data-insights/open-closed-eci-gap',
  },
  {
    id: 'rand-levels',
    title:
      'RAND RRA2849-1, Securing AI Model Weights, 2024: capacities, levels, caps (our paraphrase)',
    url: 'https://www.rand.org/pubs/research_reports/RRA2849-1.html',
  },
  {
    id: 'rand-bands',
    title:
      'RAND RRA2849-1, feasibility of attack vectors: bands up to 20, 40, 60, 80 and over 80 per cent',
    url: 'https://www.rand.org/pubs/research_reports/RRA2849-1.html',
  },
  {
    id: 'compression',
    title: 'arXiv 2601.01296, January 2026: weights compressed 16 to 100 times for theft',
    url: 'https://arxiv.org/abs/2601.01296',
  },
  {
    id: 'verified-inference',
    title: 'arXiv 2511.02620: verified inference leaves under 0.5 per cent of output to hide in',
    url: 'https://arxiv.org/abs/2511.02620',
  },
  {
    id: 'sl5-explorable',
    title: 'SL5 Explorable (open-source simulator, illustrative): gates 85 and 10 per cent a level',
    url: 'https://github.com/nitzpo/sl5',
  },
  {
    id: 'distillation-2026',
    title: 'Reports of February 2026 on distillation through some 24,000 false accounts',
    url: 'https://fintool.com/news/anthropic-chinese-ai-labs-distillation-attacks',
  },
  {
    id: 'ours',
    title: 'Our own assumption, without a publication behind it: argue with it',
  },
];

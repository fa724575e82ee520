/** `sallyport monitor train|evaluate|score`: text classifiers whose verdicts are certified in sources. */
import type { Command } from 'commander';
import { verifyWithGate } from './admission.ts';
import { evaluateCommand } from './monitor-evaluate.ts';
import type { EvaluateCommandOptions } from './monitor-evaluate.ts';
import { scoreCommand } from './monitor-score.ts';
import type { ScoreCommandOptions } from './monitor-score.ts';
import { trainCommand } from './monitor-train.ts';
import type { TrainCommandOptions } from './monitor-train.ts';

/** Adds the commands. */
export function registerMonitor(program: Command): void {
  const monitor = program
    .command('monitor')
    .summary('text monitors that stand against bad sources')
    .description(
      'Train, measure and use text classifiers whose verdict provably stands unless a stated number of sources were bad. Only the admission of sets and the standing of a monitor are asked at a gate.',
    );
  const train = addMethodOptions(
    monitor
      .command('train')
      .description(
        'Train a monitor on admitted sets (JSON lines or CSV) and write it as one file, pinned by its SHA-256',
      )
      .argument('<sets...>', 'files with one document per row')
      .requiredOption('--out <file>', 'where the monitor is written')
      .option('--admission-key <vkey>', 'the key that signs admissions; the gate says it otherwise')
      .option('--url <url>', 'gate that knows what was recalled; SALLYPORT_URL by default')
      .option('--token <token>', 'your token; SALLYPORT_TOKEN by default')
      .option(
        '--admission <files...>',
        'the admission statement of each set, in the same order, then of each vouched one',
      )
      .option(
        '--exclude <files...>',
        'lists of documents to leave out, as `imports exclusions` writes them',
      )
      .option(
        '--unadmitted',
        'train without admission; the monitor says so and is never taken for admitted',
      )
      .option(
        '--hold-back <share>',
        'share of documents on which the partition of their source sets its threshold',
        '0.2',
      ),
  );
  train.action(async (sets: string[], options: TrainCommandOptions) => {
    await trainCommand(sets, options, verifyWithGate(options, options.admissionKey));
  });
  const evaluate = addMethodOptions(
    monitor
      .command('evaluate')
      .description(
        'Measure certified recall at a stated false-positive rate, by number of bad sources: of the method on these sets by turns, or of a trained monitor with --model',
      )
      .argument('<sets...>', 'files with one document per row')
      .option('--model <file>', 'measure this monitor; the sets must be new to it')
      .option('--pin <digest>', 'the SHA-256 that the monitor must have')
      .option('--repeats <count>', 'cut the documents into parts this many times', '3')
      .option(
        '--simulate-sources <count>',
        'spread the documents at random over this many made-up sources',
      )
      .option('--plot <file>', 'write certified recall against bad sources as SVG'),
  );
  evaluate.action(async (sets: string[], options: EvaluateCommandOptions) => {
    await evaluateCommand(sets, options);
  });
  monitor
    .command('score')
    .description(
      'Judge texts: flag or pass, with the number of bad sources against which the verdict stands. Exit status 3 when a text was flagged or could not be judged',
    )
    .argument('<monitor>', 'the monitor file')
    .argument('<sets...>', 'files with one text per row')
    .option('--text <field>', 'the field that holds the text', 'text')
    .option('--pin <digest>', 'the SHA-256 that the monitor must have')
    .option(
      '--standing',
      'ask the gate first whether the monitor and every set of its header stand, and judge nothing otherwise',
    )
    .option('--url <url>', 'the gate; SALLYPORT_URL by default')
    .option('--token <token>', 'your token; SALLYPORT_TOKEN by default')
    .option('--json', 'print JSON lines: one object per text')
    .action(async (file: string, sets: string[], options: ScoreCommandOptions) => {
      process.exitCode = await scoreCommand(file, sets, options);
    });
}

function addMethodOptions(command: Command): Command {
  return command
    .option('--text <field>', 'the field that holds the text', 'text')
    .option('--label <field>', 'the field that holds the label', 'label')
    .option('--source <field>', 'the field that names the signed source', 'source')
    .option('--positive <label>', 'the label that means suspicious', 'suspicious')
    .option(
      '--partitions <rule>',
      'one partition per `source`, or a number of buckets of sources',
      'source',
    )
    .option(
      '--fpr <rate>',
      'the rate of clean texts flagged that is wanted; sets how often partitions may vote, and what is kept is measured',
      '0.01',
    )
    .option('--quorum <share>', 'the share of the partitions whose votes flag', '0.5')
    .option(
      '--vote-rate <share>',
      'the share of its own clean texts, and of vouched ones, on which a partition may vote (default: follows from --fpr)',
    )
    .option(
      '--vouched <sets...>',
      'sets whose clean texts you vouch for, of every kind that the monitor will see: thresholds hold on them too. No source that is trained on may have had a hand in them',
    )
    .option('--json', 'print one JSON object');
}

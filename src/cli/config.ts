/** `sallyport config …`: the configuration as it is used, and its schema. */
import path from 'node:path';
import type { Command } from 'commander';
import { configSchema, loadConfig, readEnvironment } from '../app/index.ts';

/** Adds the commands. */
export function registerConfig(program: Command): void {
  const group = program.command('config').description('The configuration, `sallyport.json`.');
  group
    .command('schema')
    .description('Print its JSON schema.')
    .action(() => {
      process.stdout.write(`${JSON.stringify(configSchema(), null, 2)}\n`);
    });
  group
    .command('show')
    .description('Print the configuration that a start would use.')
    .option('--data <dir>', 'data folder')
    .option('--config <file>', 'configuration file')
    .action((options: { data?: string; config?: string }) => {
      const dataDir = path.resolve(options.data ?? readEnvironment().dataDir);
      const config = loadConfig(dataDir, options.config);
      process.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
    });
}

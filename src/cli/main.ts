/** The command line. Errors are one line on stderr with a hint; the exit status is 1 for a fault, 2 for wrong usage. */
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { SallyportError } from '../core/index.ts';
import { registerCommands } from './commands.ts';
import { groupCommands, shapeHelp } from './help.ts';

const program = new Command('sallyport')
  .description('The one way through the wall of an isolated network that holds AI model weights')
  .version(manifest.version)
  .showHelpAfterError('(sallyport --help shows the commands)')
  .exitOverride();
shapeHelp(program);
await registerCommands(program, process.argv[2]);
groupCommands(program);
for (const command of program.commands) command.exitOverride();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof SallyportError) {
    process.stderr.write(
      `sallyport: ${error.message}\n  hint: ${error.hint}\n  code: ${error.code}\n`,
    );
    process.exitCode = error.status >= 500 ? 1 : 2;
  } else throw error;
}

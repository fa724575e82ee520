/** The command line. Errors are one line on stderr with a hint; the exit status is 1 for a fault, 2 for wrong usage. */
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { SallyportError } from '../core/index.ts';
import { registerCommands } from './commands.ts';
import { cliErrors } from './errors.ts';
import { namedPathFault } from './given-paths.ts';
import { acceptSynonyms, groupCommands, shapeHelp } from './help.ts';

const program = new Command('sallyport')
  .description('The one way through the wall of an isolated network that holds AI model weights')
  .version(manifest.version)
  .exitOverride();
shapeHelp(program);
// What the parser finds wrong is said like every other error; `parseAsync` throws it on.
program.configureOutput({ outputError: () => undefined });
const [, , called] = process.argv;
// Asked for its version, the program loads none of itself.
if (called !== '--version' && called !== '-V') await registerCommands(program, called);
groupCommands(program);
acceptSynonyms(program);
for (const command of program.commands) command.exitOverride();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exitCode = 0;
  // Help that nobody asked for, because a command was missing, has been shown already.
  else if (error instanceof CommanderError && error.code === 'commander.help') process.exitCode = 2;
  else if (error instanceof CommanderError) {
    const why = error.message
      .replace(/^error: /, '')
      .replace(/\.$/, '')
      .replaceAll('\n', ' ');
    fail(cliErrors.error('USAGE', { why }));
  } else {
    // A data folder is opened by modules that know nothing of a command line.
    const known = namedPathFault(error);
    if (!(known instanceof SallyportError)) throw error;
    fail(known);
  }
}

function fail({ message, hint, code, status }: SallyportError): void {
  process.stderr.write(`sallyport: ${message}\n  hint: ${hint}\n  code: ${code}\n`);
  process.exitCode = status >= 500 ? 1 : 2;
}

#!/usr/bin/env node
import { Command, Option } from 'commander';
import { UsageError } from './feeds/usage.ts';
import { FeedError } from './files/feeds.ts';
import { FileRejected } from './load/rejection.ts';
import { ConfigError } from './platform/config.ts';
import { RolesMissing } from './platform/roles.ts';
import { TlsError } from './platform/tls.ts';

/** The exit code of `feeds` where it was called wrongly. */
const WRONG_ARGUMENTS = 2;

// Commands are imported when they are called: a consumer has no use for Swagger UI in its memory.
const program = new Command('waymark')
  .description("Takes in payers' files and turns them into tables an analyst can trust.")
  .showHelpAfterError();

program
  .command('api')
  .description('take files in over HTTP, and relay their messages to RabbitMQ')
  .action(async () => {
    await (await import('./api/main.ts')).api();
  });
program
  .command('consumer')
  .description('load files into the export schema')
  .action(async () => {
    await (await import('./consumer/main.ts')).consumer();
  });
program
  .command('transform')
  .description('run dbt as a local process whenever the pipeline has drained')
  .action(async () => {
    await (await import('./transform/main.ts')).transform();
  });
program
  .command('operator')
  .description('look after the Transformations of a Kubernetes namespace: run dbt as a Job once drained')
  .action(async () => {
    await (await import('./operator/main.ts')).operator();
  });
program
  .command('docs')
  .description('serve the dbt documentation of the last good run')
  .action(async () => {
    await (await import('./docs/main.ts')).docs();
  });
program
  .command('migrate')
  .description("bring the ledger's tables, and one export table a feed, to their newest form")
  .addOption(
    new Option('--wait <seconds>', 'how long to wait for a database that is not there yet')
      .argParser(Number)
      .default(0),
  )
  .action(async (options: { wait: number }) => {
    await (await import('./commands.ts')).migrateAll(options);
  });
program
  .command('status')
  .description('show what stands in the ledger')
  .action(async () => {
    await (await import('./commands.ts')).showStatus();
  });
program
  .command('load')
  .description('send files, or all files of directories, to the API and wait until they are loaded')
  .argument('<paths...>')
  .addOption(new Option('--no-wait', 'do not wait'))
  .action(async (paths: string[], options: { wait: boolean }) => {
    process.exitCode = await (await import('./dev/send.ts')).load(paths, options);
  });
program
  .command('token')
  .description('tokens of the API')
  .command('create')
  .description('make a token: its secret is shown once, and only its hash is kept')
  .requiredOption('--name <name>', 'whose it is, as the audit will say')
  .addOption(
    new Option('--role <role>', 'what it may do').choices(['upload', 'read', 'admin']).makeOptionMandatory(),
  )
  .addOption(new Option('--client <client...>', "clients that it is for; '*' for all").makeOptionMandatory())
  .option('--file <path>', 'add it to this file of tokens (API_TOKENS_FILE), and not only show the entry')
  .action(async (options) => {
    process.exitCode = await (await import('./access/create.ts')).createToken(options);
  });
const feeds = program
  .command('feeds')
  .description('describe what clients send')
  // 1 is for what the files are found to be.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_ARGUMENTS));
feeds
  .command('build')
  .description("make the dbt project's staging and normalize models of feeds/*.yaml")
  .addOption(new Option('--check', 'write nothing; fail where something is stale'))
  .action(async (options: { check?: boolean }) => {
    process.exitCode = await (await import('./feeds/commands.ts')).buildModels({ check: !!options.check });
  });
feeds
  .command('draft')
  .description('propose a description for a client, from samples of its files')
  .argument('<files...>')
  .option('--client <name>', "the client; else taken from the files' names")
  .option('--type <type>', "membership or claims; else taken from the files' names")
  .option('--out <path>', 'write it there, and not to the terminal')
  .option('--force', 'with --out: write over what is there')
  .action(async (files: string[], options) => {
    process.exitCode = await (await import('./feeds/commands.ts')).draftFeed(files, options);
  });
feeds
  .command('check')
  .description('show what would become of files: refused, rejected, flagged, first rows before and after')
  .argument('<files...>')
  .option('--feed <path>', "a description to check against; else the feeds' directory")
  .option('--client <name>', "the client; else taken from the files' names")
  .option('--type <type>', "membership or claims; else taken from the files' names")
  .option('--period <yyyy-mm>', "the month that the files cover; else taken from the files' names")
  .option('--rows <number>', 'how many of the first rows to show', '3')
  .action(async (files: string[], options) => {
    process.exitCode = await (await import('./feeds/commands.ts')).checkFiles(files, options);
  });
program
  .command('dev')
  .description('run the whole pipeline on this machine, in one terminal')
  .addOption(new Option('--demo', 'send the sample sets and show what becomes of them'))
  .addOption(new Option('--once', 'with --demo: end after the summary'))
  .action(async (options: { demo?: boolean; once?: boolean }) => {
    process.exitCode = await (await import('./dev/dev.ts')).dev({
      demo: !!options.demo,
      once: !!options.once,
    });
  });
program
  .command('reset')
  .description('remove the data of `dev`')
  .addOption(new Option('--all', 'the installed tools as well'))
  .action(async (options: { all?: boolean }) => {
    process.exitCode = await (await import('./dev/reset.ts')).reset({ all: !!options.all });
  });

try {
  await program.parseAsync();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  // What the person at the terminal can mend needs a sentence, not a stack.
  if (
    [ConfigError, FeedError, FileRejected, RolesMissing, TlsError, UsageError].some(
      (known) => error instanceof known,
    )
  )
    console.error(message);
  else if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    console.error('No database answers: start `npm run dev`, or set POSTGRES_HOST.');
  else throw error;
  process.exitCode = error instanceof UsageError ? WRONG_ARGUMENTS : 1;
}

import type { Command } from 'commander';
import { reasonOf, voxError } from '../../errors.js';
import { nearestHint } from '../../graph/registry.js';
import { createRealtimeScheduler } from '../../time/realtime.js';
import { wallTimeMs } from '../../time/clock.js';
import { finish, type CliIo } from '../io.js';
import { withConfigOption, type PluginArgs } from '../plugin-setup.js';
import { accountStore } from '../telegram-data.js';

/** The arguments of `voxgraph accounts`. */
export interface AccountsArgs extends PluginArgs {
  /** JSON instead of a list. */
  readonly json?: boolean;
}

/** Lists the accounts, without anything secret. */
export async function accountsCommand(args: AccountsArgs, io: CliIo): Promise<number> {
  const store = await accountStore(io, args);
  const accounts = store.names().map((name) => {
    const stored = store.read(name);
    return { account: name, user: stored?.user ?? null };
  });
  if (args.json) {
    io.stdout(`${JSON.stringify(accounts)}\n`);
    return 0;
  }
  if (accounts.length === 0) io.stdout('No account is signed in. "voxgraph login" does it.\n');
  for (const { account, user } of accounts) {
    io.stdout(`${account}  ${user?.name ?? ''}${user?.username === undefined ? '' : ` (@${user.username})`}\n`);
  }
  return 0;
}

/** Signs an account out at Telegram and forgets it. Exit code 1 when Telegram could not be told. @throws VoxError. */
export async function removeAccountCommand(name: string, args: PluginArgs, io: CliIo): Promise<number> {
  const store = await accountStore(io, args);
  const stored = store.read(name);
  if (!stored) throw voxError('TELEGRAM_UNKNOWN_ACCOUNT', { account: name, hint: nearestHint(name, store.names()) });
  const { TelegramAccount, loadLibrary } = await import('../../calls/telegram/index.js');
  const scheduler = createRealtimeScheduler();
  const account = new TelegramAccount({ name, stored, library: loadLibrary, scheduler, nowMs: wallTimeMs, random: Math.random });
  const limit = new AbortController();
  const cancel = scheduler.after(15_000, () => limit.abort());
  let told: string | undefined;
  try {
    account.start();
    const port = await account.port(limit.signal);
    await port.invoke(new port.api.auth.LogOut(), { signal: limit.signal });
  } catch (error) {
    told = reasonOf(error);
  } finally {
    cancel();
    await account.close();
    scheduler.close();
  }
  store.remove(name);
  io.stdout(`The account "${name}" is removed.\n`);
  if (told === undefined) return 0;
  io.stderr(`Telegram could not be told (${told}); end the session there under Settings, Devices.\n`);
  return 1;
}

/** Adds `voxgraph accounts` to the program. */
export function register(program: Command, io: CliIo): void {
  const data = '--data <dir>';
  const where = 'where accounts are stored; default: dataDir of the config, VOXGRAPH_DATA, ~/.local/share/voxgraph';
  const accounts = withConfigOption(program.command('accounts'))
    .summary('list the Telegram accounts, or remove one')
    .description('List the accounts of Telegram that are signed in.')
    .option(data, where)
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  voxgraph accounts\n  voxgraph accounts remove work\n')
    .action((options: AccountsArgs) => finish(accountsCommand(options, io)));
  accounts
    .command('remove <name>')
    .description('Sign an account out and forget it.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: (text) => io.stderr(text) })
    .action((name: string, _options: unknown, command: Command) =>
      finish(removeAccountCommand(name, command.optsWithGlobals<PluginArgs>(), io)),
    );
}

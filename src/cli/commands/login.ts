import type { Command } from 'commander';
import { createActor, waitFor } from 'xstate';
import { problem, VoxError } from '../../errors.js';
import type { CallFailure } from '../../machines/failure.js';
import { createSignInMachine, type SignInActor, type SignInSnapshot } from '../../machines/sign-in.js';
import { wallTimeMs } from '../../time/clock.js';
import { createRealtimeScheduler } from '../../time/realtime.js';
import { xstateClock } from '../../time/xstate-clock.js';
import type { Ask } from '../ask.js';
import { finish, type CliIo } from '../io.js';
import type { PluginArgs } from '../plugin-setup.js';
import { withConfigOption } from '../plugin-setup.js';
import { renderProblem } from '../problems.js';
import { onStopSignal } from '../stop-signal.js';
import { accountStore, telegramApi } from '../telegram-data.js';

/** The arguments of `voxgraph login`. */
export interface LoginArgs extends PluginArgs {
  /** What the account is called here. Default `main`. */
  readonly account?: string;
  /** Shows a QR code instead of asking for a phone number. */
  readonly qr?: boolean;
  /** Takes the place of an account of that name without asking. */
  readonly yes?: boolean;
}

/** Signs in an account of Telegram and stores it. Exit code 0 done, 130 given up. @throws VoxError with why it did not work. */
export async function loginCommand(args: LoginArgs, io: CliIo): Promise<number> {
  const { account = 'main', qr = false } = args;
  const { TelegramSignIn, loadLibrary } = await import('../../calls/telegram/index.js');
  const store = await accountStore(io, args);
  const present = store.read(account);
  const api = telegramApi(store);
  const asking = await terminal(io);
  const { ask } = asking;
  const scheduler = createRealtimeScheduler();
  try {
    if (present && !args.yes) {
      const answer = await ask(`The account "${account}" (${present.user.name}) is signed in already. Sign in anew? [y/N] `);
      if (!/^y(es)?$/i.test(answer?.trim() ?? '')) return 130;
    }
    const effects = new TelegramSignIn({ api, scheduler, library: loadLibrary, save: (stored) => store.write(account, stored) });
    const machine = createSignInMachine({ effects, nowMs: wallTimeMs, random: Math.random });
    const actor = createActor(machine, { input: { method: qr ? 'qr' : 'phone' }, clock: xstateClock(scheduler) }).start();
    const off = onStopSignal(() => {
      if (actor.getSnapshot().status === 'active') actor.send({ type: 'signIn.cancel' });
    });
    try {
      await converse(actor, ask, io);
    } finally {
      off();
    }
    const end = actor.getSnapshot().output!;
    if (end.type === 'failed') throw new VoxError({ ...problem(end.failure.code), message: end.failure.message });
    if (end.type === 'cancelled') {
      io.stdout('Nothing was stored.\n');
      return 130;
    }
    const { user } = store.read(account)!;
    io.stdout(
      `Signed in as ${user.name}${user.username === undefined ? '' : ` (@${user.username})`}; the account is called "${account}".\n`,
    );
    io.stdout(`Try: voxgraph run graphs/radio.json --call telegram:@group\n`);
    return 0;
  } finally {
    asking.close();
    scheduler.close();
  }
}

async function terminal(io: CliIo): Promise<{ readonly ask: Ask; close(): void }> {
  if (io.ask) return { ask: io.ask, close: () => {} };
  const { askOn } = await import('../ask.js');
  return askOn(process.stdin, (text) => io.stdout(text));
}

/** Answers what the sign-in asks until it is over. */
async function converse(actor: SignInActor, asked: Ask, io: CliIo): Promise<void> {
  // Whoever gives up, or is too late, need not answer any more.
  const over = waitFor(actor, ({ status }) => status !== 'active', { timeout: Infinity }).then(() => undefined);
  const ask: Ask = (question, options) => Promise.race([asked(question, options), over]);
  let before: SignInSnapshot | undefined;
  for (;;) {
    const snapshot = await waitFor(actor, (one) => one.status !== 'active' || (isQuestion(one) && !isSame(one, before)), {
      timeout: Infinity,
    });
    if (snapshot.status !== 'active') return;
    before = snapshot;
    const { context } = snapshot;
    if (context.problem && snapshot.value !== 'waiting')
      io.stderr(renderProblem(asProblem(context.problem), undefined, io.color));
    switch (snapshot.value) {
      case 'askingPhone':
        await say(actor, await ask('Phone number, with the country (empty: a QR code instead): '), (phone) =>
          phone === '' ? { type: 'signIn.method', method: 'qr' } : { type: 'signIn.phone', phone },
        );
        break;
      case 'askingCode':
        if (!context.problem) io.stdout(`Telegram has sent a code (${context.sent?.via ?? 'app'}).\n`);
        await say(actor, await ask('Code (empty: another one): '), (code) =>
          code === '' ? { type: 'signIn.resend' } : { type: 'signIn.code', code },
        );
        break;
      case 'askingPassword': {
        const hint = context.hint ? ` (hint: ${context.hint})` : '';
        await say(actor, await ask(`Password of two-step verification${hint}: `, { hidden: true }), (password) => ({
          type: 'signIn.password',
          password,
        }));
        break;
      }
      case 'showingQr':
        await showQr(context.qr?.url, io);
        break;
      case 'waiting':
        io.stdout(`${context.problem?.message ?? 'Telegram asks for a pause'}. Waiting; Ctrl-C gives up.\n`);
        break;
      default:
    }
  }
}

function isQuestion({ value }: SignInSnapshot): boolean {
  return typeof value === 'string' && (value.startsWith('asking') || value === 'showingQr' || value === 'waiting');
}

function isSame(now: SignInSnapshot, before: SignInSnapshot | undefined): boolean {
  return before !== undefined && now.value === before.value && now.context === before.context;
}

async function say(
  actor: SignInActor,
  answer: string | undefined,
  command: (answer: string) => Parameters<SignInActor['send']>[0],
): Promise<void> {
  if (actor.getSnapshot().status !== 'active') return;
  actor.send(answer === undefined ? { type: 'signIn.cancel' } : command(answer.trim()));
}

async function showQr(url: string | undefined, io: CliIo): Promise<void> {
  if (url === undefined) return;
  const { renderUnicodeCompact } = await import('uqr');
  io.stdout(`\n${renderUnicodeCompact(url)}\n\n`);
  io.stdout('Scan it with Telegram on a phone: Settings, Devices, Link Desktop Device.\n');
}

function asProblem(failure: CallFailure) {
  return { ...problem(failure.code), message: failure.message };
}

/** Adds `voxgraph login` to the program. */
export function register(program: Command, io: CliIo): void {
  withConfigOption(program.command('login'))
    .summary('sign in a Telegram account')
    .description(
      'Sign in an account of Telegram, for calls at telegram:@group: by phone number, code and password, or by a QR code. The account is stored in the data folder, for its owner only; whoever has the file is signed in.',
    )
    .option('--account <name>', 'what the account is called here', 'main')
    .option('--qr', 'show a QR code to scan with Telegram on a phone')
    .option('--yes', 'take the place of an account of that name without asking')
    .option('--data <dir>', 'where accounts are stored; default: dataDir of the config, VOXGRAPH_DATA, ~/.local/share/voxgraph')
    .addHelpText(
      'after',
      '\nExamples:\n  voxgraph login\n  voxgraph login --account work --qr\n\nTelegram wants to know which program asks: make an api id and hash at https://my.telegram.org, and give them as\nVOXGRAPH_TELEGRAM_API_ID and VOXGRAPH_TELEGRAM_API_HASH. Later logins take those of an account that is there.\n',
    )
    .action((options: LoginArgs) => finish(loginCommand(options, io)));
}

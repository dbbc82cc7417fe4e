import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccountStore } from '../../src/calls/telegram/account-store.js';
import { voxgraph } from '../../src/cli/program.js';
import { type DataCentre, startDataCentre, TEST_API } from '../harness/telegram/data-centre.js';

const bin = fileURLToPath(new URL('../../bin/voxgraph.js', import.meta.url));
const preload = new URL('./support/telegram-preload.mjs', import.meta.url).href;

describe('Telegram on the command line', () => {
  let centre: DataCentre;
  let anna: bigint;
  let folder = '';

  beforeAll(async () => {
    centre = await startDataCentre();
    anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna', username: 'anna', password: 'geheim' });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voxgraph-cli-'));
    return () => rmSync(folder, { recursive: true });
  });
  afterAll(async () => {
    expect(centre.violations).toEqual([]);
    await centre.close();
  });

  /** The real program as a child, led to the data centre. */
  function program(...args: string[]) {
    const { n, e, fingerprint } = centre.publicKey;
    const child = spawn(process.execPath, ['--import', preload, bin, ...args, '--data', folder], {
      cwd: folder,
      env: {
        ...process.env,
        NO_COLOR: '1',
        VOXGRAPH_TELEGRAM_API_ID: String(TEST_API.id),
        VOXGRAPH_TELEGRAM_API_HASH: TEST_API.hash,
        VOXGRAPH_TEST_CENTRE: JSON.stringify({
          key: { n: String(n), e, fingerprint: String(fingerprint) },
          port: centre.routes.get('127.0.1.1'),
        }),
      },
    });
    let text = '';
    const watchers = new Set<() => void>();
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      for (const watcher of watchers) watcher();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const exited = new Promise<number | null>((done) => child.on('close', done));
    const said = (words: string | RegExp) =>
      new Promise<string>((done, failed) => {
        const look = (): void => {
          if (typeof words === 'string' ? text.includes(words) : words.test(text)) done(text);
        };
        watchers.add(look);
        look();
        void exited.then(() => failed(new Error(`ended without saying ${String(words)}: ${text}`)));
      });
    return {
      answer: (line: string) => child.stdin.write(`${line}\n`),
      said,
      exited,
      text: () => text,
      kill: () => child.kill('SIGINT'),
    };
  }

  /** The program in this process. */
  async function here(...args: string[]) {
    let text = '';
    const write = (more: string) => void (text += more);
    const code = await voxgraph([...args, '--data', folder], { stdout: write, stderr: write, cwd: folder, color: false });
    return { code, text };
  }

  it('signs in by phone, code and password; lists the account; signs it out again', async () => {
    const login = program('login', '--account', 'work');
    await login.said('Phone number');
    login.answer('+49 1511 111111');
    await login.said('Telegram has sent a code (app)');
    login.answer('00000');
    await login.said('this is not the code');
    login.answer((await centre.codeOf('491511111111'))!);
    await login.said('Password of two-step verification');
    login.answer('geheim');
    expect(await login.exited).toBe(0);
    expect(login.text()).toContain('Signed in as Anna (@anna); the account is called "work".');

    const file = join(folder, 'telegram', 'work.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { keep } = JSON.parse(readFileSync(file, 'utf8')) as { keep: { key: string } };
    const list = await here('accounts');
    expect(list).toEqual({ code: 0, text: 'work  Anna (@anna)\n' });
    for (const text of [login.text(), list.text, (await here('accounts', '--json')).text]) {
      expect(text).not.toContain(keep.key.slice(0, 20));
      expect(text).not.toContain('1511111111');
    }

    const remove = program('accounts', 'remove', 'work');
    expect(await remove.exited).toBe(0);
    expect(centre.methods()).toContain('auth.LogOut');
    expect((await here('accounts')).text).toContain('No account is signed in');
  }, 60_000);

  it('signs in by a QR code, and gives up with Ctrl-C', async () => {
    const login = program('login', '--qr');
    await login.said('Scan it with Telegram');
    expect(login.text()).toMatch(/[█▀▄]{20}/);
    await centre.invokeAs(anna, { _: 'auth.AcceptLoginToken', token: await centre.lastLoginToken() });
    await login.said('Password of two-step verification');
    login.kill();
    expect(await login.exited).toBe(130);
    expect(login.text()).toContain('Nothing was stored.');
    expect(new AccountStore(folder).names()).toEqual([]);
  }, 60_000);

  it('says what is missing', async () => {
    const nobody = await here('run', 'graph.json', '--call', 'telegram:group?x=1');
    expect(nobody).toMatchObject({ code: 2 });
    delete process.env['VOXGRAPH_TELEGRAM_API_ID'];
    const login = await here('login');
    expect(login.code).toBe(2);
    expect(login.text).toContain('https://my.telegram.org');
    expect(await here('accounts', 'remove', 'x-y')).toMatchObject({ code: 2 });
    expect(await here('login', '--account', '../x')).toMatchObject({ code: 2 });
  });

  it('says that no account is signed in before anything is joined', async () => {
    const graph = fileURLToPath(new URL('../../graphs/duck.json', import.meta.url));
    const run = await here('run', graph, '--call', 'telegram:@group');
    expect(run.code).toBe(2);
    expect(run.text).toContain('no Telegram account is signed in');
    expect(run.text).toContain('voxgraph login');
  });
});

import { randomBytes } from 'node:crypto';
import { DH_G, DH_PRIME } from '../mtproto/keys.js';
import type { AuthKey } from '../mtproto/session.js';
import type { TlObject } from '../tl/codec.js';
import { RpcFault, type User } from '../world/model.js';
import { type RpcContext, type RpcHandler, signedIn } from './context.js';

/** A login token is good for half a minute (https://core.telegram.org/api/qr-login). */
const TOKEN_SEC = 30;

function checkApi({ signIns }: RpcContext, { apiId, apiHash }: TlObject): void {
  if (apiId !== signIns.api.id || apiHash !== signIns.api.hash) throw new RpcFault(400, 'API_ID_INVALID');
}

function authorization({ world }: RpcContext, user: User): TlObject {
  return { _: 'auth.Authorization', user: world.userTl(user.id, user) };
}

/** Signs a user in, unless a password is wanted first. */
function enter(context: RpcContext, user: User): TlObject {
  const key = context.key!;
  if (user.password) {
    key.pendingUserId = user.id;
    throw new RpcFault(401, 'SESSION_PASSWORD_NEEDED');
  }
  key.userId = user.id;
  return authorization(context, user);
}

function userByPhone({ world, key }: RpcContext, phone: string): User | undefined {
  if (!/^\+?\d{7,15}$/.test(phone)) throw new RpcFault(400, 'PHONE_NUMBER_INVALID');
  const digits = phone.replace('+', '');
  const user = [...world.users.values()].find((known) => known.phone === digits);
  if (user && key && user.dc !== key.dc) throw new RpcFault(303, `PHONE_MIGRATE_${user.dc}`);
  return user;
}

function sentCode(hash: string): TlObject {
  return { _: 'auth.SentCode', type: { _: 'auth.SentCodeTypeApp', length: 5 }, phoneCodeHash: hash, timeout: 60 };
}

function passwordTl(context: RpcContext): TlObject {
  const { world, key, me } = context;
  const user = me ?? world.users.get(key!.pendingUserId ?? 0n);
  if (!user) throw new RpcFault(401, 'AUTH_KEY_UNREGISTERED');
  const kdf = '_PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow'.slice(1);
  const algo = (salt1: Buffer, salt2: Buffer) => ({ _: kdf, salt1, salt2, g: DH_G, p: DH_PRIME });
  const { password } = user;
  const question = password && context.signIns.ask(password);
  return {
    _: 'account.Password',
    hasPassword: password !== undefined,
    ...(password &&
      question && {
        currentAlgo: algo(password.salt1, password.salt2),
        srpB: question.B,
        srpId: question.id,
        hint: password.hint,
      }),
    newAlgo: algo(randomBytes(8), randomBytes(16)),
    newSecureAlgo: { _: 'SecurePasswordKdfAlgoPBKDF2HMACSHA512iter100000', salt: randomBytes(8) },
    secureRandom: randomBytes(256),
  };
}

function pushLoginToken(key: AuthKey): void {
  for (const session of key.sessions.values()) {
    session.push({ _: 'UpdateShort', update: { _: 'UpdateLoginToken' }, date: 0 }, ['UpdateLoginToken']);
  }
}

/** Sign-in by phone, password and QR code, and its end. */
export const authMethods: Record<string, RpcHandler> = {
  'auth.SendCode': (context, request) => {
    checkApi(context, request);
    userByPhone(context, request['phoneNumber'] as string);
    return sentCode(context.signIns.newCode((request['phoneNumber'] as string).replace('+', '')).hash);
  },
  'auth.ResendCode': ({ signIns }, request) => {
    const phone = (request['phoneNumber'] as string).replace('+', '');
    if (signIns.codeOf(phone)?.hash !== request['phoneCodeHash']) throw new RpcFault(400, 'PHONE_CODE_HASH_EMPTY');
    return sentCode(signIns.newCode(phone).hash);
  },
  'auth.CancelCode': ({ signIns }, request) => {
    signIns.dropCode((request['phoneNumber'] as string).replace('+', ''));
    return true;
  },
  'auth.SignIn': (context, request) => {
    const phone = (request['phoneNumber'] as string).replace('+', '');
    const user = userByPhone(context, phone);
    const sent = context.signIns.codeOf(phone);
    if (!request['phoneCode']) throw new RpcFault(400, 'PHONE_CODE_EMPTY');
    if (!sent || sent.expired || sent.hash !== request['phoneCodeHash']) throw new RpcFault(400, 'PHONE_CODE_EXPIRED');
    if (sent.code !== request['phoneCode']) throw new RpcFault(400, 'PHONE_CODE_INVALID');
    context.signIns.dropCode(phone);
    if (!user) return { _: 'auth.AuthorizationSignUpRequired' };
    return enter(context, user);
  },
  'account.GetPassword': (context) => passwordTl(context),
  'auth.CheckPassword': (context, { password }) => {
    const user = context.world.users.get(context.key?.pendingUserId ?? 0n);
    if (!user) throw new RpcFault(401, 'AUTH_KEY_UNREGISTERED');
    const answer = password as TlObject;
    const question = answer._ === 'InputCheckPasswordSRP' ? context.signIns.take(answer['srpId'] as bigint) : undefined;
    if (!question) throw new RpcFault(400, 'SRP_ID_INVALID');
    if (!question.accepts(answer['A'] as Buffer, answer['M1'] as Buffer)) throw new RpcFault(400, 'PASSWORD_HASH_INVALID');
    context.key!.userId = user.id;
    delete context.key!.pendingUserId;
    return authorization(context, user);
  },
  'auth.ExportLoginToken': (context, request) => {
    checkApi(context, request);
    const key = context.key!;
    const [accepted] = [...context.signIns.tokens].filter(([, token]) => token.key === key && token.acceptedBy !== undefined);
    if (accepted) {
      const user = context.world.users.get(accepted[1].acceptedBy!)!;
      if (user.dc !== key.dc) return { _: 'auth.LoginTokenMigrateTo', dcId: user.dc, token: Buffer.from(accepted[0], 'hex') };
      context.signIns.tokens.delete(accepted[0]);
      return { _: 'auth.LoginTokenSuccess', authorization: enter(context, user) };
    }
    const token = randomBytes(32);
    const expiresSec = context.world.nowSec() + TOKEN_SEC;
    context.signIns.tokens.set(token.toString('hex'), { key, expiresSec });
    return { _: 'auth.LoginToken', expires: expiresSec, token };
  },
  'auth.ImportLoginToken': (context, request) => {
    const hex = (request['token'] as Buffer).toString('hex');
    const token = context.signIns.tokens.get(hex);
    if (token?.acceptedBy === undefined) throw new RpcFault(400, 'AUTH_TOKEN_INVALID');
    context.signIns.tokens.delete(hex);
    return { _: 'auth.LoginTokenSuccess', authorization: enter(context, context.world.users.get(token.acceptedBy)!) };
  },
  // How a client is signed in at another data centre too (https://core.telegram.org/api/datacenter).
  'auth.ExportAuthorization': (context) => {
    const bytes = randomBytes(16);
    context.world.exported.set(bytes.toString('hex'), signedIn(context).id);
    return { _: 'auth.ExportedAuthorization', id: signedIn(context).id, bytes };
  },
  'auth.ImportAuthorization': (context, request) => {
    const hex = (request['bytes'] as Buffer).toString('hex');
    const id = context.world.exported.get(hex);
    if (id === undefined || id !== request['id']) throw new RpcFault(400, 'AUTH_BYTES_INVALID');
    context.world.exported.delete(hex);
    context.key!.userId = id;
    const user = context.world.users.get(id)!;
    return { _: 'auth.Authorization', user: context.world.userTl(id, user) };
  },
  'auth.AcceptLoginToken': (context, request) => {
    const me = signedIn(context);
    const token = context.signIns.tokens.get((request['token'] as Buffer).toString('hex'));
    if (!token) throw new RpcFault(400, 'AUTH_TOKEN_INVALID');
    if (token.acceptedBy !== undefined) throw new RpcFault(400, 'AUTH_TOKEN_ALREADY_ACCEPTED');
    if (token.expiresSec < context.world.nowSec()) throw new RpcFault(400, 'AUTH_TOKEN_EXPIRED');
    token.acceptedBy = me.id;
    pushLoginToken(token.key);
    const now = context.world.nowSec();
    const device = {
      deviceModel: 'x',
      platform: 'x',
      systemVersion: 'x',
      appName: 'x',
      appVersion: 'x',
      ip: '127.0.0.1',
      country: '',
      region: '',
    };
    return { _: 'Authorization', hash: 1n, ...device, apiId: context.signIns.api.id, dateCreated: now, dateActive: now };
  },
  'auth.LogOut': (context) => {
    signedIn(context);
    delete context.key!.userId;
    return { _: 'auth.LoggedOut' };
  },
};

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectTelegram } from '../../../src/calls/telegram/client.js';
import type { TelegramLibrary } from '../../../src/calls/telegram/library.js';
import { type DataCentre, startDataCentre } from '../../harness/telegram/data-centre.js';
import { clientOptions, connectAs, expectClean } from './support/centre.js';
import { LIBRARIES } from './support/libraries.js';

describe.each(Object.keys(LIBRARIES))('the connection, with %s', (name) => {
  let library: TelegramLibrary;
  let centre: DataCentre;
  let anna: bigint;

  beforeAll(async () => {
    [library, centre] = await Promise.all([LIBRARIES[name]!(), startDataCentre()]);
    anna = await centre.addUser({ phone: '491511111111', firstName: 'Anna', username: 'anna' });
  });
  afterEach(() => expectClean(centre));
  afterAll(() => centre.close());

  it('exchanges keys and asks', async () => {
    const port = await connectTelegram(library, clientOptions(centre));
    try {
      const config = await port.invoke(new port.api.help.GetConfig());
      expect(config.thisDc).toBe(1);
      expect(port.keep()).toMatchObject({ dcId: 1, ip: '127.0.1.1' });
    } finally {
      await port.close();
    }
  });

  it('goes on with a key from before', async () => {
    const port = await connectAs(library, centre, anna);
    try {
      const [me] = await port.invoke(new port.api.users.GetUsers({ id: [new port.api.InputUserSelf()] }));
      expect(me).toMatchObject({ className: 'User', firstName: 'Anna', self: true });
    } finally {
      await port.close();
    }
  });
});

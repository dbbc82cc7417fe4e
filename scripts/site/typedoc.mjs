// The site itself: TypeDoc makes its pages out of the documents and the types.
import { join } from 'node:path';
import { PAGE_ROOT } from './example-media.mjs';
import { Application, TSConfigReader, TypeDocReader } from 'typedoc';

/** Runs TypeDoc. @throws Error with what is wrong: an export without a sentence, a link that leads nowhere. */
export async function makePages(site, home, documents) {
  const app = await Application.bootstrapWithPlugins(
    {
      options: join(site.root, 'typedoc.json'),
      readme: home,
      projectDocuments: documents,
      customCss: join(site.root, 'scripts/site/theme/site.css'),
      favicon: join(site.root, 'console/public/icon.svg'),
      navigationLinks: Object.fromEntries(
        ['Start', 'Nodes', 'Operate', 'Errors'].map((name) => [name, `${PAGE_ROOT}documents/${name}.html`]),
      ),
      logLevel: 'Warn',
      out: site.out,
    },
    [new TypeDocReader(), new TSConfigReader()],
  );
  const project = await app.convert();
  if (!project) throw new Error('the types do not compile, or the documents could not be read');
  app.validate(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('TypeDoc has found what is said above');
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('TypeDoc has found what is said above');
}

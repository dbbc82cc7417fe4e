// What stands where in the site: every page of docs/, in the order of its contents. The build fails for a page that is missing here.

/** A page: its file in docs/, its title in the contents, the pages under it; `made` are those that the build writes itself. */
export const CONTENTS = [
  { file: 'start.md', title: 'Start' },
  { file: 'concepts.md', title: 'Concepts', pages: [{ file: 'machines.md', title: 'State machines' }] },
  {
    file: 'graph-files.md',
    title: 'Graph files',
    pages: [
      { file: 'graphs.md', title: 'Graphs that come with it', made: true },
      { file: 'planning.md', title: 'What the planner does' },
      { file: 'graph-tests.md', title: 'Tests of graphs' },
    ],
  },
  { file: 'nodes.md', title: 'Nodes', made: true },
  { file: 'writing-nodes.md', title: 'Write a node' },
  {
    file: 'plugin-guide.md',
    title: 'Write a plugin',
    pages: [
      { file: 'plugins.md', title: 'Plugins' },
      { file: 'plugin-kit.md', title: 'Files, storage, tests' },
      { file: 'plugin-operators.md', title: 'Operators' },
      { file: 'plugins/announcer.md', title: 'announcer' },
      { file: 'plugins/auto-moderator.md', title: 'auto-moderator' },
      { file: 'plugins/logging.md', title: 'logging' },
      { file: 'plugins/music-queue.md', title: 'music-queue' },
      { file: 'plugins/statistics.md', title: 'statistics' },
      { file: 'plugins/stream-history.md', title: 'stream-history' },
      { file: 'plugins/video-filters.md', title: 'video-filters' },
      { file: 'plugins/voice-effects.md', title: 'voice-effects' },
    ],
  },
  { file: 'rooms.md', title: 'Rooms' },
  { file: 'telegram.md', title: 'Telegram' },
  {
    file: 'operate.md',
    title: 'Operate',
    pages: [
      { file: 'console.md', title: 'Console' },
      { file: 'toolbox.md', title: 'Toolbox' },
    ],
  },
  { file: 'api.md', title: 'HTTP API' },
  { file: 'errors.md', title: 'Errors', made: true },
  {
    file: 'coming-from.md',
    title: 'Coming from',
    pages: [{ file: 'coming-from-tgcaller.md', title: 'TgCaller' }],
  },
  { file: 'changelog.md', title: 'Changelog', made: true },
  { file: 'decisions.md', title: 'Decisions', made: true },
];

/** All pages of the contents, one after the other. */
export function allPages(pages = CONTENTS) {
  return pages.flatMap((page) => [page, ...allPages(page.pages ?? [])]);
}

// Every export and every member of an interface or class needs a sentence. Members of a type written inline (the variants of a
// union, a row of a constant table) are spoken for by what they stand in, so typedoc does not ask for theirs.
import { Comment, Converter, ReflectionKind } from 'typedoc';

function isInline(reflection) {
  for (let parent = reflection.parent; parent; parent = parent.parent) {
    if (parent.kind === ReflectionKind.TypeLiteral) return true;
  }
  return false;
}

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const member of project.getReflectionsByKind(ReflectionKind.Property | ReflectionKind.Method)) {
      // A blank sentence: typedoc takes it as one and prints nothing.
      if (isInline(member) && !member.hasComment()) member.comment = new Comment([{ kind: 'text', text: ' ' }]);
    }
  });
}

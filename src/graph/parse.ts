import { createScanner } from 'jsonc-parser';
import { problem, type Problem } from '../errors.js';
import { MAX_DEPTH, type JsonMember, type JsonNode } from './json-tree.js';
import { childPath, createPlaces, type Places, type Where } from './places.js';

/** What {@link parseJson} gives: the tree when the text is JSON, and everything that is wrong with it. */
export interface ParseResult {
  /** The value with its places; absent when the syntax is broken. */
  readonly tree?: JsonNode;
  /** Syntax problems, or duplicate keys (with which there is still a tree). */
  readonly problems: readonly Problem[];
}

/** After this many problems the rest of a file is left unread: it is no JSON. */
const MAX_PROBLEMS = 50;

// The numbers of jsonc-parser's SyntaxKind and ScanError: const enums, which isolatedModules cannot import.
const OPEN_BRACE = 1;
const CLOSE_BRACE = 2;
const OPEN_BRACKET = 3;
const CLOSE_BRACKET = 4;
const COMMA = 5;
const COLON = 6;
const NULL = 7;
const TRUE = 8;
const FALSE = 9;
const STRING = 10;
const NUMBER = 11;
const TRIVIA_FIRST = 12;
const TRIVIA_LAST = 15;
const END = 17;
const UNCLOSED_COMMENT = 1;
const UNCLOSED_STRING = 2;

const STRING_FAULTS: Readonly<Record<number, string>> = {
  2: "this string is never closed; it ends at the line's end at the latest",
  4: 'a \\u escape needs four hexadecimal digits',
  5: 'this string holds an unknown escape; a backslash itself is written \\\\',
  6: 'this string holds a control character; write it as an escape such as \\n or \\t',
};

/**
 * Reads JSON with comments and trailing commas. Every key and value knows its place; all syntax problems are found in one pass, as
 * far as guessing what was meant allows. A byte-order mark is skipped. Never throws, whatever the text.
 */
export function parseJson(text: string, file: string): ParseResult {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const parser = new Parser(body, createPlaces(body, file));
  const tree = parser.parse();
  return parser.broken || !tree ? { problems: parser.problems } : { tree, problems: parser.problems };
}

/** Thrown inside only, to leave a file that has too many problems. */
class Enough extends Error {}

class Parser {
  readonly problems: Problem[] = [];
  broken = false;
  private readonly scanner;
  private kind = END;
  private offset = 0;
  private end = 0;
  private previousEnd = 0;
  /** The file's end was met inside an object or array. */
  private ended = false;
  /** The value just read was a string without its end, in which the comma that is missing may well be. */
  private torn = false;

  constructor(
    private readonly text: string,
    private readonly places: Places,
  ) {
    this.scanner = createScanner(text, false);
  }

  parse(): JsonNode | undefined {
    try {
      // What a decoder puts for bytes that are no UTF-8: everything behind it is a guess.
      const undecoded = this.text.indexOf('\ufffd');
      if (undecoded >= 0) {
        this.fault('this is not UTF-8 text', undecoded);
        return undefined;
      }
      this.next();
      if (this.kind === END) {
        this.fault('the file is empty', 0);
        return undefined;
      }
      const tree = this.value('', 0);
      if (this.kind !== END && !this.broken) this.fault(`${this.token()} stands after the end of the graph`, this.offset);
      return tree;
    } catch (reason) {
      if (!(reason instanceof Enough)) throw reason;
      return undefined;
    }
  }

  private where(path: string, offset = this.offset): Where {
    return { path, place: this.places.at(offset) };
  }

  private fault(reason: string, offset: number): void {
    this.broken = true;
    const place = this.places.at(offset);
    const last = this.problems.at(-1)?.place;
    // One mistake may trouble several rules at the same place; the first sentence is the nearest to the truth.
    if (last?.line === place.line && last.column === place.column) return;
    this.problems.push(problem('GRAPH_SYNTAX', { reason }, { place }));
    if (this.problems.length >= MAX_PROBLEMS) throw new Enough();
  }

  /** Its enum exists only as a type, so it is compared as the number it is. */
  private tokenError(): number {
    return this.scanner.getTokenError();
  }

  private next(): void {
    this.previousEnd = this.end;
    this.torn = this.kind === STRING && this.tokenError() === UNCLOSED_STRING;
    do {
      this.kind = this.scanner.scan();
      this.offset = this.scanner.getTokenOffset();
      this.end = this.offset + this.scanner.getTokenLength();
      if (this.kind === TRIVIA_FIRST + 1 && this.tokenError() === UNCLOSED_COMMENT) {
        this.fault('this comment is never closed', this.offset);
      }
    } while (this.kind >= TRIVIA_FIRST && this.kind <= TRIVIA_LAST);
    const reason = this.kind === STRING ? STRING_FAULTS[this.scanner.getTokenError()] : undefined;
    if (reason) this.fault(reason, this.offset);
  }

  /** The present token as a sentence may show it. */
  private token(): string {
    if (this.kind === END) return 'the end of the file';
    const raw = this.text.slice(this.offset, this.end).replace(/[\p{C}\ufffd]/gu, '?');
    const short = raw.length > 24 ? `${raw.slice(0, 23)}…` : raw;
    return this.kind === STRING ? short : `"${short}"`;
  }

  private startsValue(): boolean {
    const { kind } = this;
    return kind === OPEN_BRACE || kind === OPEN_BRACKET || (kind >= NULL && kind <= NUMBER) || kind === 16;
  }

  private value(path: string, depth: number): JsonNode {
    const where = this.where(path);
    switch (this.kind) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (depth >= MAX_DEPTH) {
          this.fault(`nested deeper than ${MAX_DEPTH} levels`, this.offset);
          this.skipNested();
          return { kind: 'scalar', where, value: null };
        }
        return this.kind === OPEN_BRACE ? this.object(path, depth) : this.array(path, depth);
      case NULL:
        return this.scalar(where, null);
      case TRUE:
        return this.scalar(where, true);
      case FALSE:
        return this.scalar(where, false);
      case STRING:
        return this.scalar(where, this.scanner.getTokenValue());
      case NUMBER:
        return this.number(where);
      default:
        this.word();
        return { kind: 'scalar', where, value: null };
    }
  }

  private scalar(where: Where, value: string | boolean | null): JsonNode {
    this.next();
    return { kind: 'scalar', where, value };
  }

  private number(where: Where): JsonNode {
    const start = this.offset;
    const value = Number(this.scanner.getTokenValue());
    const unfinished = this.tokenError() !== 0;
    this.next();
    if ((this.kind === NUMBER || this.kind === 16) && this.offset === this.previousEnd) {
      while ((this.kind === NUMBER || this.kind === 16) && this.offset === this.previousEnd) this.next();
      this.fault(`${this.text.slice(start, this.previousEnd).slice(0, 24)} is not a JSON number`, start);
    } else if (unfinished) this.fault('this number is not finished', start);
    else if (!Number.isFinite(value)) this.fault('this number is too large', start);
    return { kind: 'scalar', where, value };
  }

  /** Something that is no JSON token at all: says what was probably meant, and skips it. */
  private word(): void {
    const start = this.offset;
    if (this.kind !== 16) {
      this.fault(`a value is expected here, not ${this.token()}`, start);
      if (this.kind !== END) this.next();
      return;
    }
    const raw = this.token().slice(1, -1);
    const plain = raw.toLowerCase();
    if (/^['`]/.test(raw)) this.fault('strings are written in double quotes', start);
    else if (/^(true|false|null)$/.test(plain)) this.fault(`"${raw}" is written ${plain}, in lower case`, start);
    else if (/^(none|nil|undefined)$/.test(plain)) this.fault(`"${raw}" is no JSON; leave the key out, or write null`, start);
    else if (/^[+-]?[.\d]|^[+-]?(nan|inf)/.test(plain)) this.fault(`${raw} is not a JSON number`, start);
    else if (/^[\w.-]+$/.test(raw)) this.fault(`"${raw}" is no JSON value; a string needs double quotes`, start);
    else this.fault(`a value is expected here, not ${this.token()}`, start);
    this.next();
    // The rest of an unquoted phrase belongs to the same mistake.
    while (this.kind === 16) this.next();
  }

  private object(path: string, depth: number): JsonNode {
    const where = this.where(path);
    const opened = this.offset;
    const members = new Map<string, JsonMember>();
    this.next();
    while (!this.closes(CLOSE_BRACE, opened)) {
      if (this.kind === COMMA) {
        this.fault('a comma too many', this.offset);
        this.next();
        continue;
      }
      const keyOffset = this.offset;
      const key = this.key();
      if (key === undefined) continue;
      const memberPath = childPath(path, key);
      const keyWhere = this.where(memberPath, keyOffset);
      if (this.kind === COLON) this.next();
      else this.fault(`":" is expected after ${JSON.stringify(key)}`, this.previousEnd);
      if (this.kind === COMMA || this.kind === CLOSE_BRACE || this.kind === CLOSE_BRACKET || this.kind === END) {
        this.fault(`the value of ${JSON.stringify(key)} is missing`, this.kind === END ? this.previousEnd : this.offset);
      } else {
        this.addMember(members, { key, where: keyWhere, value: this.value(memberPath, depth + 1) });
      }
      this.separator('}');
    }
    return { kind: 'object', where, members };
  }

  private addMember(members: Map<string, JsonMember>, member: JsonMember): void {
    const { key, where } = member;
    if (members.has(key)) this.problems.push(problem('DUPLICATE_KEY', { key }, where));
    if (this.problems.length >= MAX_PROBLEMS) throw new Enough();
    members.set(key, member);
  }

  /** A key, with the token behind it loaded; undefined when what stands here cannot be one (it is then skipped). */
  private key(): string | undefined {
    const start = this.offset;
    if (this.kind === STRING) {
      const key = this.scanner.getTokenValue();
      this.next();
      return key;
    }
    if (this.kind === 16 || (this.kind >= NULL && this.kind <= NUMBER)) {
      const raw = this.token().slice(1, -1);
      this.fault(`a name needs double quotes: "${raw.replace(/^['`"]|['`"]$/g, '')}"`, start);
      this.next();
      while (this.kind === 16) this.next();
      return this.kind === COLON ? raw : undefined;
    }
    this.fault(`a name in double quotes is expected here, not ${this.token()}`, start);
    if (this.startsValue()) this.skipNested();
    else this.next();
    return undefined;
  }

  private array(path: string, depth: number): JsonNode {
    const where = this.where(path);
    const opened = this.offset;
    const items: JsonNode[] = [];
    this.next();
    while (!this.closes(CLOSE_BRACKET, opened)) {
      if (this.kind === COMMA) {
        this.fault('a comma too many', this.offset);
        this.next();
        continue;
      }
      items.push(this.value(childPath(path, items.length), depth + 1));
      if (this.kind === COLON) {
        this.fault('":" cannot stand in an array; write the pair in braces', this.offset);
        this.next();
        continue;
      }
      this.separator(']');
    }
    return { kind: 'array', where, items };
  }

  /** True when the object or array ends here; a wrong bracket or the file's end ends it as well, with a problem. */
  private closes(wanted: number, opened: number): boolean {
    if (this.kind === END) {
      // Those around it are open for the same reason.
      if (!this.ended) this.fault(`this "${this.text[opened]}" is never closed`, opened);
      this.ended = true;
      return true;
    }
    if (this.kind !== CLOSE_BRACE && this.kind !== CLOSE_BRACKET) return false;
    if (this.kind !== wanted) {
      const closer = wanted === CLOSE_BRACE ? '}' : ']';
      const { line } = this.places.at(opened);
      this.fault(
        `"${closer}" is expected here, to close the "${this.text[opened]}" of line ${line}, not ${this.token()}`,
        this.offset,
      );
    }
    this.next();
    return true;
  }

  private separator(closer: string): void {
    if (this.kind === COMMA) this.next();
    else if (this.startsValue()) {
      if (!this.torn) this.fault('a comma is missing here', this.previousEnd);
    } else if (this.kind === COLON) {
      this.fault(`"," or "${closer}" is expected here, not ":"`, this.offset);
      this.next();
    }
  }

  /** Skips one value however deep it is, without recursion. */
  private skipNested(): void {
    let depth = 0;
    do {
      if (this.kind === OPEN_BRACE || this.kind === OPEN_BRACKET) depth++;
      else if (this.kind === CLOSE_BRACE || this.kind === CLOSE_BRACKET) depth--;
      this.next();
    } while (depth > 0 && this.kind !== END);
  }
}

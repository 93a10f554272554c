/**
 * Reads a lab's Markdown: headings, paragraphs, lists, quotes, code, tables, links, and formulas between dollar signs as TeX.
 * It runs when the app is built; anything that the window cannot show is an error then.
 */
import { Lexer, type Token, type Tokens } from 'marked';
import temml from 'temml';
import type { Block, Inline, LabText, MathElement } from './document.ts';

/** A formula is taken out before Markdown sees its underscores and stars; this character holds its place. */
const MARK = '\uE000';

export function parseLabText(markdown: string): LabText {
  const formulas: string[] = [];
  const hold = (tex: string): string => `${MARK}${formulas.push(tex) - 1}${MARK}`;
  const text = markdown
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replace(/\$\$([\s\S]+?)\$\$/g, (_, tex: string) => hold(`$${tex.trim()}`))
            .replace(/\$([^$\n]+?)\$/g, (_, tex: string) => hold(tex)),
    )
    .join('');
  return { blocks: blocksOf(new Lexer().lex(text), formulas) };
}

function blocksOf(tokens: readonly Token[], formulas: readonly string[]): Block[] {
  return tokens.flatMap((token): Block[] => {
    const block = token as Tokens.Generic;
    switch (token.type) {
      case 'space':
        return [];
      case 'heading': {
        const content = inlinesOf(block.tokens, formulas);
        return [{ kind: 'heading', level: block['depth'] as number, id: idOf(plainText(content)), content }];
      }
      case 'paragraph':
      case 'text': {
        const content = inlinesOf(block.tokens ?? [token], formulas);
        const [only] = content;
        if (
          content.length === 1 &&
          typeof only === 'object' &&
          only.kind === 'formula' &&
          isDisplay(only.math)
        ) {
          return [only];
        }
        return [{ kind: 'paragraph', content }];
      }
      case 'list': {
        const list = token as Tokens.List;
        return [
          {
            kind: 'list',
            ordered: list.ordered,
            items: list.items.map((item) => blocksOf(item.tokens, formulas)),
          },
        ];
      }
      case 'blockquote':
        return [{ kind: 'quote', content: blocksOf(block.tokens ?? [], formulas) }];
      case 'code': {
        const code = token as Tokens.Code;
        return [{ kind: 'code', language: code.lang ?? '', text: code.text }];
      }
      case 'table': {
        const table = token as Tokens.Table;
        const cells = (row: readonly Tokens.TableCell[]) =>
          row.map((cell) => inlinesOf(cell.tokens, formulas));
        return [
          {
            kind: 'table',
            align: table.align.map((align) => (align === 'right' ? 'right' : 'left')),
            head: cells(table.header),
            rows: table.rows.map(cells),
          },
        ];
      }
      default:
        throw unsupported(token);
    }
  });
}

function inlinesOf(tokens: readonly Token[] | undefined, formulas: readonly string[]): Inline[] {
  return (tokens ?? []).flatMap((token): Inline[] => {
    const inner = (token as Tokens.Generic).tokens;
    switch (token.type) {
      case 'text':
      case 'escape':
        return inner ? inlinesOf(inner, formulas) : withFormulas((token as Tokens.Text).text, formulas);
      case 'strong':
        return [{ kind: 'strong', content: inlinesOf(inner, formulas) }];
      case 'em':
        return [{ kind: 'emphasis', content: inlinesOf(inner, formulas) }];
      case 'codespan':
        return [{ kind: 'code', text: (token as Tokens.Codespan).text }];
      case 'link': {
        const { href } = token as Tokens.Link;
        if (!/^(https:\/\/|#\/)/.test(href))
          throw new Error(`A link must begin with https:// or #/, got "${href}".`);
        return [{ kind: 'link', href, content: inlinesOf(inner, formulas) }];
      }
      default:
        throw unsupported(token);
    }
  });
}

/** Text with the formulas put back where they were. */
function withFormulas(text: string, formulas: readonly string[]): Inline[] {
  return text
    .split(MARK)
    .map((part, index): Inline => {
      if (index % 2 === 0) return part.replace(/\n/g, ' ');
      return { kind: 'formula', math: mathOf(formulas[Number(part)] ?? '') };
    })
    .filter((part) => part !== '');
}

interface TemmlNode {
  readonly type?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly style?: Readonly<Record<string, string>>;
  readonly children?: readonly TemmlNode[];
}

/** TeX as MathML; a formula that stands alone was marked with a dollar sign in front. */
function mathOf(tex: string): MathElement {
  const displayMode = tex.startsWith('$');
  const source = displayMode ? tex.slice(1) : tex;
  const tree = temml.__renderToMathMLTree(source, { displayMode, throwOnError: true }) as TemmlNode;
  const [math] = elementsOf(tree);
  if (math === undefined || typeof math === 'string') throw new Error(`No formula in "${source}".`);
  return { ...math, attributes: { ...math.attributes, 'aria-label': source.replace(/\s+/g, ' ') } };
}

function elementsOf(node: TemmlNode): (MathElement | string)[] {
  const children = (node.children ?? []).flatMap(elementsOf);
  if (node.type === undefined) return node.text === undefined ? children : [node.text];
  const { display, ...style } = node.style ?? {};
  void display;
  return [{ tag: node.type, attributes: node.attributes ?? {}, style, children }];
}

const isDisplay = (math: MathElement): boolean => math.attributes['display'] === 'block';

function plainText(content: readonly Inline[]): string {
  return content
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.kind === 'code') return part.text;
      return part.kind === 'formula' ? '' : plainText(part.content);
    })
    .join('');
}

function idOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}

function unsupported(token: Token): Error {
  return new Error(`A lab's text cannot have "${token.type}": ${token.raw.slice(0, 60)}`);
}

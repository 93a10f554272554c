/**
 * A figure as a file. What is drawn as SVG on the page is written with the styles that it has there; what is drawn on a canvas
 * comes as marks. PNG is painted anew at twice the size, with the page's own fonts, which a picture of an SVG could not use.
 */

export interface FigureSource {
  /** What stands above the figure. */
  readonly title: string;
  readonly meaning: string;
  /** On the page; elements with data-transient are left out, and those with data-export-only, hidden on the page, are not. */
  readonly svg: SVGSVGElement;
  /** What lies below the SVG, as SVG text in its units. */
  readonly under?: (() => string) | undefined;
  /** The same on a canvas whose units are those of the SVG. */
  readonly paintUnder?: ((context: CanvasRenderingContext2D) => void) | undefined;
}

const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'stroke-opacity',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'paint-order',
  'shape-rendering',
] as const;

/** Defaults that need not be written. */
const PLAIN: Readonly<Record<string, string>> = {
  'fill-opacity': '1',
  stroke: 'none',
  'stroke-dasharray': 'none',
  'stroke-linejoin': 'miter',
  'stroke-linecap': 'butt',
  'stroke-opacity': '1',
  opacity: '1',
  'text-anchor': 'start',
  'dominant-baseline': 'auto',
  'paint-order': 'normal',
  'shape-rendering': 'auto',
};

const HEAD = 28;
const PAD = 12;

export function figureSvg(source: FigureSource): string {
  const { width, height } = sizeOf(source.svg);
  const style = getComputedStyle(source.svg);
  const paper = style.getPropertyValue('--surface').trim();
  const ink = style.getPropertyValue('--ink').trim();
  const grey = style.getPropertyValue('--ink-3').trim();
  const font = escapeXml(style.fontFamily);
  const outer = `width="${width + 2 * PAD}" height="${height + HEAD + 2 * PAD}"`;
  const body = [...source.svg.childNodes].map(writeNode).join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${outer} viewBox="0 0 ${width + 2 * PAD} ${height + HEAD + 2 * PAD}">`,
    `<rect width="100%" height="100%" fill="${paper}"/>`,
    `<text x="${PAD}" y="${PAD + 13}" font-family="${font}" font-size="13" fill="${ink}"><tspan font-weight="600">${escapeXml(source.title)}</tspan>`,
    `<tspan dx="8" font-size="12" fill="${grey}">${escapeXml(source.meaning)}</tspan></text>`,
    `<svg x="${PAD}" y="${PAD + HEAD}" width="${width}" height="${height}" overflow="visible" font-family="${font}">`,
    source.under?.() ?? '',
    body,
    '</svg></svg>',
  ].join('\n');
}

function writeNode(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return escapeXml(node.textContent ?? '');
  if (!(node instanceof SVGElement) || node.hasAttribute('data-transient')) return '';
  const computed = getComputedStyle(node);
  if (isHidden(node, computed)) return '';
  const own = [...node.attributes]
    .filter(
      ({ name }) =>
        name !== 'class' && name !== 'style' && !name.startsWith('aria-') && !name.startsWith('data-'),
    )
    .filter(
      ({ name }) => name !== 'role' && name !== 'tabindex' && !(STYLES as readonly string[]).includes(name),
    )
    .map(({ name, value }) => ` ${name}="${escapeXml(value)}"`);
  const styles =
    node.tagName === 'g' || node.tagName === 'defs' || node.tagName === 'clipPath' ? ['opacity'] : STYLES;
  const kept = styles.flatMap((name) => {
    if (!(node instanceof SVGTextContentElement) && /^font|^text|baseline/.test(name)) return [];
    const value = computed.getPropertyValue(name).trim();
    if (value === '' || value === PLAIN[name] || (name === 'stroke-width' && computed.stroke === 'none'))
      return [];
    return [` ${name}="${escapeXml(value.replace(/(\d)px/g, '$1'))}"`];
  });
  const inside = [...node.childNodes].map(writeNode).join('');
  return `<${node.tagName}${own.join('')}${kept.join('')}>${inside}</${node.tagName}>`;
}

/** The figure on a canvas, `scale` device pixels to a CSS pixel. */
export function figureCanvas(source: FigureSource, scale = 2): HTMLCanvasElement {
  const { width, height } = sizeOf(source.svg);
  const style = getComputedStyle(source.svg);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil((width + 2 * PAD) * scale);
  canvas.height = Math.ceil((height + HEAD + 2 * PAD) * scale);
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.scale(scale, scale);
  context.fillStyle = colour('--surface');
  context.fillRect(0, 0, width + 2 * PAD, height + HEAD + 2 * PAD);
  context.font = `600 13px ${style.fontFamily}`;
  context.fillStyle = colour('--ink');
  context.fillText(source.title, PAD, PAD + 13);
  const after = PAD + context.measureText(source.title).width + 8;
  context.font = `420 12px ${style.fontFamily}`;
  context.fillStyle = colour('--ink-3');
  context.fillText(source.meaning, after, PAD + 13);
  context.translate(PAD, PAD + HEAD);
  context.save();
  source.paintUnder?.(context);
  context.restore();
  for (const child of source.svg.children) paintElement(context, child);
  return canvas;
}

/** Paints what our charts use of SVG: groups, paths, lines, rectangles, circles, text; transforms, clips excepted. */
function paintElement(context: CanvasRenderingContext2D, element: Element): void {
  if (!(element instanceof SVGGraphicsElement) || element.hasAttribute('data-transient')) return;
  const style = getComputedStyle(element);
  if (isHidden(element, style)) return;
  context.save();
  const matrix = element.transform.baseVal.consolidate()?.matrix;
  if (matrix) context.transform(matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f);
  context.globalAlpha *= Number(style.opacity);
  if (element instanceof SVGTextElement) paintText(context, element);
  else if (element instanceof SVGGElement) for (const child of element.children) paintElement(context, child);
  else paintShape(context, style, shapeOf(element));
  context.restore();
}

function isHidden(element: Element, { display, visibility }: CSSStyleDeclaration): boolean {
  return display === 'none' || (visibility === 'hidden' && !element.hasAttribute('data-export-only'));
}

function shapeOf(element: SVGGraphicsElement): Path2D {
  const number = (name: string): number => Number.parseFloat(element.getAttribute(name) ?? '0');
  const path = new Path2D();
  switch (element.tagName) {
    case 'path':
      return new Path2D(element.getAttribute('d') ?? '');
    case 'line':
      path.moveTo(number('x1'), number('y1'));
      path.lineTo(number('x2'), number('y2'));
      return path;
    case 'rect':
      path.roundRect(number('x'), number('y'), number('width'), number('height'), number('rx'));
      return path;
    case 'circle':
      path.arc(number('cx'), number('cy'), number('r'), 0, 2 * Math.PI);
      return path;
    default:
      return path;
  }
}

function paintShape(context: CanvasRenderingContext2D, style: CSSStyleDeclaration, path: Path2D): void {
  if (style.fill !== 'none') {
    context.save();
    context.globalAlpha *= Number(style.fillOpacity);
    context.fillStyle = style.fill;
    context.fill(path);
    context.restore();
  }
  if (style.stroke !== 'none') {
    context.globalAlpha *= Number(style.strokeOpacity);
    strokeStyle(context, style);
    context.stroke(path);
  }
}

function strokeStyle(context: CanvasRenderingContext2D, style: CSSStyleDeclaration): void {
  context.strokeStyle = style.stroke;
  context.lineWidth = Number.parseFloat(style.strokeWidth);
  context.lineJoin = style.strokeLinejoin as CanvasLineJoin;
  context.lineCap = style.strokeLinecap as CanvasLineCap;
  const dash = style.strokeDasharray;
  context.setLineDash(dash === 'none' ? [] : dash.split(/[\s,]+/).map(Number.parseFloat));
}

/** Each run of text of one style, where the page has put it. */
function paintText(context: CanvasRenderingContext2D, element: SVGTextElement): void {
  const runs = element.children.length > 0 ? [...element.children] : [element];
  for (const run of runs) {
    if (!(run instanceof SVGTextContentElement) || run.getNumberOfChars() === 0) continue;
    const style = getComputedStyle(run);
    const at = run.getStartPositionOfChar(0);
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.textAlign = 'left';
    context.textBaseline = 'alphabetic';
    const text = (run.textContent ?? '').trim();
    if (style.paintOrder.startsWith('stroke') && style.stroke !== 'none') {
      strokeStyle(context, style);
      context.lineJoin = 'round';
      context.strokeText(text, at.x, at.y);
    }
    context.fillStyle = style.fill;
    context.fillText(text, at.x, at.y);
  }
}

function sizeOf(svg: SVGSVGElement): { readonly width: number; readonly height: number } {
  return { width: svg.clientWidth, height: svg.clientHeight };
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);
}

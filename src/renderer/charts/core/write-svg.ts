/** Writes marks as SVG elements, for exports. */
import type { Mark, Paint } from './marks.ts';
import { eachPoint, strokesOf, triangleOf } from './paint-canvas.ts';
import { outlines, type Ribbon } from './ribbon.ts';
import type { Vertices } from './vertices.ts';

/** One element a mark; numbers to a hundredth of a pixel. */
export function marksToSvg(marks: readonly Mark[], paint: Paint): string {
  return marks.map((mark) => markToSvg(mark, paint)).join('\n');
}

function markToSvg(mark: Mark, paint: Paint): string {
  const colour = paint(mark.colour);
  const alpha = mark.alpha < 1 ? ` opacity="${mark.alpha}"` : '';
  switch (mark.kind) {
    case 'area':
      return `<path d="${areaData(mark.ribbon)}" fill="${colour}"${alpha}/>`;
    case 'line': {
      const dash =
        mark.dash.length > 0 ? ` stroke-dasharray="${mark.dash.join(' ')}"` : ' stroke-linecap="round"';
      const style = `fill="none" stroke="${colour}" stroke-width="${mark.width}" stroke-linejoin="bevel"`;
      return `<path d="${pathData(mark.vertices)}" ${style}${dash}${alpha}/>`;
    }
    case 'rings':
      return circles(
        mark.vertices,
        mark.radius,
        `fill="${paint(mark.fill)}" stroke="${colour}" stroke-width="1.5"${alpha}`,
      );
    case 'dots':
      return (
        circles(mark.vertices, mark.halo, `fill="${colour}" opacity="${mark.alpha * 0.3}"`) +
        circles(mark.vertices, mark.radius, `fill="${colour}"${alpha}`)
      );
    case 'crosses':
    case 'breaks': {
      const data: string[] = [];
      eachPoint(mark.vertices, (x, y) => {
        for (const [x0, y0, x1, y1] of strokesOf(mark.kind, x, y, mark.radius)) {
          data.push(`M${at(x0)} ${at(y0)}L${at(x1)} ${at(y1)}`);
        }
      });
      const gaps: string[] = [];
      if (mark.kind === 'breaks') {
        const r = mark.radius;
        eachPoint(mark.vertices, (x, y) =>
          gaps.push(`M${at(x - r / 2)} ${at(y + r)}L${at(x + r / 2)} ${at(y - r)}`),
        );
      }
      const gap =
        gaps.length > 0 ? `<path d="${gaps.join('')}" stroke="${paint('--surface')}" stroke-width="4"/>` : '';
      return `${gap}<path d="${data.join('')}" fill="none" stroke="${colour}" stroke-width="${mark.kind === 'crosses' ? 2 : 1.5}"${alpha}/>`;
    }
    case 'triangles': {
      const data: string[] = [];
      eachPoint(mark.vertices, (x, y) => {
        const corners = triangleOf(x, y, mark.radius, mark.up).map(([tx, ty]) => `${at(tx)} ${at(ty)}`);
        data.push(`M${corners.join('L')}Z`);
      });
      return `<path d="${data.join('')}" fill="${colour}"${alpha}/>`;
    }
  }
}

function areaData(ribbon: Ribbon): string {
  return [...outlines(ribbon)]
    .map((corners) => `M${corners.map(([x, y]) => `${at(x)} ${at(y)}`).join('L')}Z`)
    .join('');
}

function pathData({ xy, length }: Vertices): string {
  const data: string[] = [];
  let moving = true;
  for (let i = 0; i < length; i += 2) {
    const x = xy[i] as number;
    if (Number.isNaN(x)) {
      moving = true;
      continue;
    }
    data.push(`${moving ? 'M' : 'L'}${at(x)} ${at(xy[i + 1] as number)}`);
    // A point alone is a dot.
    if (moving && (i + 2 >= length || Number.isNaN(xy[i + 2]))) data.push('h0');
    moving = false;
  }
  return data.join('');
}

function circles(vertices: Vertices, radius: number, style: string): string {
  const all: string[] = [];
  eachPoint(vertices, (x, y) => all.push(`<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" ${style}/>`));
  return all.join('');
}

function at(px: number): string {
  return String(Math.round(px * 100) / 100);
}

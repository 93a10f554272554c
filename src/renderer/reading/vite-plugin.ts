/** Lets Vite load a lab's Markdown as data, so that the window needs neither a Markdown reader nor a formula setter. */
import type { Plugin } from 'vite';
import { parseLabText } from './parse.ts';

export function labTexts(): Plugin {
  return {
    name: 'lab-texts',
    transform: {
      filter: { id: /\.md$/ },
      handler(source) {
        return {
          code: `export default JSON.parse(${JSON.stringify(JSON.stringify(parseLabText(source)))});`,
          map: null,
        };
      },
    },
  };
}

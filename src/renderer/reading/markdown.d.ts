declare module '*.md' {
  import type { LabText } from './document.ts';
  const text: LabText;
  export default text;
}

/** Nested records and arrays of tensors, flattened and built again in a fixed order (names sorted). */

/** A leaf `T`, or arrays and records of them. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> };

/** The shape of a tree without its leaves; leaf i is written as the number i. */
export type TreeStructure = number | TreeStructure[] | { [name: string]: TreeStructure };

/** The leaves of `tree` in order, and its structure. `isLeaf` tells leaves from records; anything else is a TypeError. */
export function flatten<T>(tree: Tree<T>, isLeaf: (value: unknown) => value is T): [T[], TreeStructure] {
  const leaves: T[] = [];
  const visit = (node: Tree<T>, path: string): TreeStructure => {
    if (isLeaf(node)) return leaves.push(node) - 1;
    if (Array.isArray(node)) return node.map((item: Tree<T>, i) => visit(item, `${path}[${i}]`));
    if (typeof node === 'object' && node !== null && Object.getPrototypeOf(node) === Object.prototype) {
      const record = node as Record<string, Tree<T>>;
      return Object.fromEntries(
        Object.keys(record)
          .sort()
          .map((name) => [name, visit(record[name] as Tree<T>, `${path}.${name}`)]),
      );
    }
    const kind = node instanceof Promise ? 'a promise' : node === null ? 'null' : typeof node;
    throw new TypeError(
      `Expected a tensor (or arrays and records of tensors) at ${path || 'the top'}, got ${kind}.`,
    );
  };
  return [leaves, visit(tree, '')];
}

/** The inverse of `flatten`. */
export function unflatten<T>(leaves: readonly T[], structure: TreeStructure): Tree<T> {
  if (typeof structure === 'number') return leaves[structure] as T;
  if (Array.isArray(structure)) return structure.map((item) => unflatten(leaves, item));
  return Object.fromEntries(Object.entries(structure).map(([name, item]) => [name, unflatten(leaves, item)]));
}

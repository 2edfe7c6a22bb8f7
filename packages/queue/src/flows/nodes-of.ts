/** The node and all below it, each parent before its children. */
export function nodesOf<Node extends { readonly children?: readonly Node[] }>(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap((child) => nodesOf(child))];
}

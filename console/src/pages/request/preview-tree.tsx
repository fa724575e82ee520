/** A tree (JSON, XML, HTML, members of an archive): branches open and close. */
import type { ReactNode } from 'react';
import type { TreeNode } from '../../api/types.ts';
import { sayCounted, showSafely } from '../../words/format.ts';

const OPEN_DEPTH = 2;

function Leaf({ node }: { readonly node: TreeNode }): ReactNode {
  return (
    <>
      <span className="key">{showSafely(node.name)}</span>
      {node.value === null ? null : (
        <span className={`value ${node.kind}`}> {showSafely(node.value)}</span>
      )}
    </>
  );
}

function Branch({ node, depth }: { readonly node: TreeNode; readonly depth: number }): ReactNode {
  const more = node.more;
  if (node.children.length === 0 && more === 0) {
    return (
      <li className="leaf">
        <Leaf node={node} />
      </li>
    );
  }
  return (
    <li>
      <details open={depth < OPEN_DEPTH}>
        <summary>
          <Leaf node={node} />{' '}
          <span className="faint small">
            {node.kind}, {sayCounted(node.children.length + more, 'child', 'children')}
          </span>
        </summary>
        <ul>
          {node.children.map((child, i) => (
            <Branch key={i} node={child} depth={depth + 1} />
          ))}
          {more > 0 ? (
            <li className="faint small leaf">{sayCounted(more, 'more child', 'more children')}</li>
          ) : null}
        </ul>
      </details>
    </li>
  );
}

/** The preview of a tree. */
export function TreePreview({
  root,
  truncated,
}: {
  readonly root: TreeNode;
  readonly truncated: boolean;
}): ReactNode {
  return (
    <div>
      <ul className="tree" tabIndex={0} role="region" aria-label="Tree">
        <Branch node={root} depth={0} />
      </ul>
      {truncated ? (
        <p className="faint small">Not all of it. Save the file to see the rest.</p>
      ) : null}
    </div>
  );
}

/** Policy: the rules in words, who may do what, why something is allowed or not, and what another rule would have cost. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { policyQuery } from '../api/queries.ts';
import type { PolicyShown } from '../api/types.ts';
import { Card, Page, Tabs } from '../parts/layout.tsx';
import { Loaded } from '../parts/states.tsx';
import { go, link } from '../shell/route.ts';
import { sayCounted, showSafely } from '../words/format.ts';
import { sayKind, sayTier } from '../words/names.ts';
import { Explain } from './policy/explain.tsx';
import { ReplayView } from './policy/replay.tsx';
import { Source } from './policy/source.tsx';

function Rules({ policy }: { readonly policy: PolicyShown }): ReactNode {
  return (
    <div className="stack wide">
      <Card
        bare
        title="Which approvals a request needs"
        note={sayCounted(policy.rules.length, 'rule')}
      >
        <div className="scroll" tabIndex={0} role="region" aria-label="Rules">
          <table className="table rules stacking">
            <thead>
              <tr>
                <th scope="col">Kind</th>
                <th scope="col">Tier</th>
                <th scope="col">When</th>
                <th scope="col">Needs</th>
              </tr>
            </thead>
            <tbody>
              {policy.rules.map((rule, i) => (
                <tr key={`${rule.kind}${rule.tier}${String(i)}`}>
                  <th scope="row">{sayKind(rule.kind)}</th>
                  <td data-label="Tier" className="nowrap">
                    {sayTier(rule.tier)}
                  </td>
                  <td data-label="When">
                    <span className="says">{showSafely(rule.when)}</span>
                  </td>
                  <td data-label="Needs" className="wide">
                    <span className="says">{showSafely(rule.words)}</span>
                    <code className="second">{rule.quorum}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      <Card title="In words">
        <ul className="sentences">
          {policy.sentences.map((sentence) => (
            <li key={sentence.id} className="says">
              {showSafely(sentence.says)}
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}

function Mark({ yes }: { readonly yes: boolean }): ReactNode {
  return <span className={yes ? 'yes' : 'no'}>{yes ? 'yes' : 'no'}</span>;
}

function Matrix({ matrix }: { readonly matrix: PolicyShown['matrix'] }): ReactNode {
  const roles = Object.keys(matrix[0]?.cells ?? {});
  return (
    <Card bare title="Who may do what" note="in a project of their own / of others">
      <div className="scroll" tabIndex={0} role="region" aria-label="Permissions">
        <table className="table matrix pinned">
          <thead>
            <tr>
              <th scope="col">Action</th>
              {roles.map((role) => (
                <th key={role} scope="col">
                  {role}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((row) => (
              <tr key={`${row.action} ${row.on}`}>
                <th scope="row">
                  {row.action} <span className="second">{row.on}</span>
                </th>
                {roles.map((role) => {
                  const cell = row.cells[role];
                  return (
                    <td key={role}>
                      {cell === undefined ? (
                        <span className="faint">no</span>
                      ) : (
                        <>
                          <Mark yes={cell.own} /> <span className="faint">/</span>{' '}
                          <Mark yes={cell.foreign} />
                        </>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** The page. */
export function PolicyPage({ query }: { readonly query: URLSearchParams }): ReactNode {
  const policy = useQuery(policyQuery);
  const tab = (content: ReactNode) => <div className="under-tabs">{content}</div>;
  return (
    <Page
      title="Policy"
      lead="What is allowed without a person, what needs whom, and what stays denied. It changes only by a request that its approvers sign."
    >
      <Loaded query={policy} lines={10}>
        {(data) => (
          <Tabs
            label="Policy"
            selected={query.get('tab') ?? 'rules'}
            onSelect={(id) => go(link(['policy'], { tab: id }), 'replace')}
            tabs={[
              { id: 'rules', title: 'Rules', show: () => tab(<Rules policy={data} />) },
              { id: 'explain', title: 'Explain', show: () => tab(<Explain policy={data} />) },
              { id: 'replay', title: 'Replay', show: () => tab(<ReplayView policy={data} />) },
              {
                id: 'matrix',
                title: 'Permissions',
                show: () => tab(<Matrix matrix={data.matrix} />),
              },
              {
                id: 'source',
                title: 'Source',
                show: () => tab(<Source key={data.sha256} policy={data} />),
              },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}

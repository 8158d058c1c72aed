import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Project, readProject, undescribed } from './dbt-docs.ts';

const project: Project = {
  models: ['staging/stg_a', 'marts/claim'],
  seeds: ['state'],
  properties: [
    {
      models: [
        { name: 'stg_a', description: 'Rows of a.' },
        {
          name: 'claim',
          description: 'One row per claim.',
          columns: [{ name: 'client', description: 'Who sent it.' }],
        },
      ],
      sources: [
        {
          name: 'export',
          description: 'As it came.',
          tables: [
            { name: 'a', description: 'Claims of a.', columns: [{ name: 'id', description: 'The id.' }] },
          ],
        },
      ],
    },
    { seeds: [{ name: 'state', description: 'States and territories.' }] },
  ],
  contracts: true,
};

test('a project in which all is described lacks nothing', () => {
  expect(undescribed(project)).toEqual({ missing: [], marts: 1, columns: 2 });
});

test('whatever is not described is named', () => {
  const bare: Project = {
    models: [...project.models, 'marts/pmpm', 'marts/_new'],
    seeds: ['state', 'zip'],
    properties: [
      {
        models: [
          {
            name: 'claim',
            description: 'TODO',
            columns: [{ name: 'client', description: ' ' }, { name: 'claim_id' }],
          },
          { name: 'pmpm', description: 'A month each.', config: { contract: { enforced: false } } },
        ],
        sources: [{ name: 'export', tables: [{ name: 'a', columns: [{ name: 'id' }] }] }],
      },
    ],
    contracts: false,
  };
  expect(undescribed(bare).missing).toEqual([
    'stg_a has no description',
    'claim has no description',
    '_new has no description',
    'state has no description',
    'zip has no description',
    'export has no description',
    'export.a has no description',
    'column claim.client has no description',
    'column claim.claim_id has no description',
    'column export.a.id has no description',
    'pmpm says nothing of its columns',
    "pmpm has a contract of its own; the project's holds for all",
    '_new says nothing of its columns',
    'the marts have no enforced contracts, so nobody knows their columns',
  ]);
});

test('the project of this repository is described', async () => {
  const { missing, marts, columns } = undescribed(await readProject(join(import.meta.dirname, '../dbt')));
  expect(missing).toEqual([]);
  expect(marts).toBeGreaterThan(10);
  expect(columns).toBeGreaterThan(200);
});

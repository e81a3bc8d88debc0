// Discovery and OpenAPI.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApisApi, CoreApi, VersionApi } from '@kubernetes/client-node';
import { apps, lab } from './lab.js';

test('version and groups', async () => {
  assert.equal((await lab.makeApiClient(VersionApi).getCode()).major, '1');
  const { groups } = await lab.makeApiClient(ApisApi).getAPIVersions();
  const names = groups.map((group) => group.name);
  for (const name of ['apps', 'batch', 'networking.k8s.io', 'apiextensions.k8s.io', 'croft.lab']) assert.ok(names.includes(name), name);
  assert.deepEqual((await lab.makeApiClient(CoreApi).getAPIVersions()).versions, ['v1']);
});

test('resources of a group', async () => {
  const { resources } = await apps.getAPIResources();
  const deployments = resources.find((resource) => resource.name === 'deployments');
  assert.equal(deployments.kind, 'Deployment');
  assert.ok(deployments.shortNames.includes('deploy'));
  assert.deepEqual([...deployments.verbs].sort(), ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']);
  assert.equal(resources.find((resource) => resource.name === 'deployments/scale').kind, 'Scale');
});

test('OpenAPI', async () => {
  const options = await lab.applyToFetchOptions({});
  const { default: fetch } = await import('node-fetch');
  const get = async (path) => (await fetch(lab.getCurrentCluster().server + path, options)).json();
  const v2 = await get('/openapi/v2');
  assert.equal(v2.swagger, '2.0');
  assert.ok(v2.definitions['io.k8s.api.core.v1.Pod']);
  const { paths } = await get('/openapi/v3');
  const group = await get(paths['apis/apps/v1'].serverRelativeURL);
  assert.ok(group.components.schemas['io.k8s.api.apps.v1.Deployment']);
});

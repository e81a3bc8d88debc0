// Server-side apply.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { KubernetesObjectApi } from '@kubernetes/client-node';
import { ServerSideApply, as, configMap, core, lab, makeNamespace, refused } from './lab.js';

let namespace;
before(async () => (namespace = await makeNamespace()));
after(() => core.deleteNamespace({ name: namespace }));
afterEach(() => core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'app' }));

const apply = (fieldManager, data, options) =>
  core.patchNamespacedConfigMap({ namespace, name: 'a', body: configMap('a', data), fieldManager, ...options }, as(ServerSideApply));

test('what others own stays', async () => {
  await apply('alice', { x: '1', y: '1' });
  await apply('bob', { z: '1' });
  const after = await apply('alice', { x: '2' });
  assert.deepEqual(after.data, { x: '2', z: '1' });
  const managers = after.metadata.managedFields.map((entry) => `${entry.manager} ${entry.operation}`);
  assert.deepEqual(managers.sort(), ['alice Apply', 'bob Apply']);
});

test('a conflict names manager and field', async () => {
  await apply('alice', { x: '1' });
  const status = await refused(409, 'Conflict', apply('bob', { x: '2' }));
  assert.deepEqual(status.details.causes, [{ reason: 'FieldManagerConflict', message: 'conflict with "alice"', field: '.data.x' }]);
  assert.equal((await apply('bob', { x: '2' }, { force: true })).data.x, '2');
  await refused(409, 'Conflict', apply('alice', { x: '1' }));
});

test('lists merge by their keys', async () => {
  const generic = KubernetesObjectApi.makeApiClient(lab);
  const ports = async (manager, ...wanted) => {
    const list = wanted.map((port) => ({ name: `p${port}`, port, protocol: 'TCP' }));
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace }, spec: { ports: list } };
    const applied = await generic.patch(service, undefined, undefined, manager, undefined, ServerSideApply);
    return applied.spec.ports.map((port) => port.port).sort((a, b) => a - b);
  };
  assert.deepEqual(await ports('alice', 80), [80]);
  assert.deepEqual(await ports('bob', 9090), [80, 9090]);
  assert.deepEqual(await ports('bob', 9091), [80, 9091]);
});

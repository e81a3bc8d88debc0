// Errors as the client maps them.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { MergePatch, apps, as, configMap, core, deployment, lab, makeNamespace, refused } from './lab.js';

let namespace;
before(async () => (namespace = await makeNamespace()));
after(() => core.deleteNamespace({ name: namespace }));
afterEach(() => core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'app' }));

const create = (body) => core.createNamespacedConfigMap({ namespace, body });

test('what is there already', async () => {
  await create(configMap('a'));
  const status = await refused(409, 'AlreadyExists', create(configMap('a')));
  assert.equal(status.message, 'configmaps "a" already exists');
  assert.deepEqual(status.details, { name: 'a', kind: 'configmaps' });
});

test('what is not there', async () => {
  const name = 'none';
  const status = await refused(404, 'NotFound', core.readNamespacedConfigMap({ namespace, name }));
  assert.equal(status.message, 'configmaps "none" not found');
  await refused(404, 'NotFound', core.patchNamespacedConfigMap({ namespace, name, body: {} }, as(MergePatch)));
  await refused(404, 'NotFound', core.deleteNamespacedConfigMap({ namespace, name }));
  await refused(404, 'NotFound', core.createNamespacedConfigMap({ namespace: 'no-such-namespace', body: configMap('a') }));
});

test('a stale version', async () => {
  const stale = await create(configMap('a'));
  await core.patchNamespacedConfigMap({ namespace, name: 'a', body: { data: { x: '1' } } }, as(MergePatch));
  await refused(409, 'Conflict', core.replaceNamespacedConfigMap({ namespace, name: 'a', body: stale }));
});

test('an invalid object names each field', async () => {
  const wrong = deployment('web', 'Bad_Name');
  wrong.spec.replicas = -1;
  wrong.spec.selector = { matchLabels: { app: 'other' } };
  const status = await refused(422, 'Invalid', apps.createNamespacedDeployment({ namespace, body: wrong }));
  const fields = status.details.causes.map((cause) => cause.field);
  for (const field of ['spec.replicas', 'spec.template.metadata.labels', 'spec.template.spec.containers[0].name']) {
    assert.ok(fields.includes(field), `${field} in ${fields}`);
  }
});

test('an unreadable token of a list', async () => {
  await refused(400, 'BadRequest', core.listNamespacedConfigMap({ namespace, _continue: 'bm9uc2Vuc2U' }));
});

test('logs of what has none', async () => {
  const logs = (name, container) => core.readNamespacedPodLog({ namespace, name, container });
  await refused(404, 'NotFound', logs('none'));
  const containers = [{ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }];
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'two' }, spec: { containers } } });
  const status = await refused(400, 'BadRequest', logs('two'));
  assert.match(status.message, /choose one of: \[a b\]/);
  await refused(400, 'BadRequest', logs('two', 'c'));
});

test('a stranger', async () => {
  const stranger = new KubeConfig();
  stranger.loadFromClusterAndUser(lab.getCurrentCluster(), { name: 'stranger', token: 'not.a.token' });
  const refusal = stranger.makeApiClient(CoreV1Api).listNamespacedSecret({ namespace: 'default' });
  await assert.rejects(refusal, { code: 401 }); // the client drops the body of this one
});

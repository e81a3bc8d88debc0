// Status, scale and eviction.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BatchV1Api } from '@kubernetes/client-node';
import { MergePatch, apps, as, awaitTrue, core, deployment, lab, makeNamespace, refused } from './lab.js';

let namespace;
before(async () => (namespace = await makeNamespace()));
after(() => core.deleteNamespace({ name: namespace }));

test('status is written through its subresource only', async () => {
  const batch = lab.makeApiClient(BatchV1Api);
  const name = 'nightly';
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'job:1' }] } };
  const spec = { schedule: '0 3 * * *', jobTemplate: { spec: { template } } };
  const made = await batch.createNamespacedCronJob({ namespace, body: { metadata: { name }, spec } });
  const both = (lastScheduleTime) => ({ spec: { schedule: '1 1 * * *' }, status: { lastScheduleTime } });
  const status = await batch.patchNamespacedCronJobStatus({ namespace, name, body: both('2024-05-06T07:08:09Z') }, as(MergePatch));
  assert.equal(status.status.lastScheduleTime.toISOString(), '2024-05-06T07:08:09.000Z');
  assert.equal(status.spec.schedule, '0 3 * * *');
  assert.equal(status.metadata.generation, made.metadata.generation);
  const changed = await batch.patchNamespacedCronJob({ namespace, name, body: both(null) }, as(MergePatch));
  assert.equal(changed.spec.schedule, '1 1 * * *');
  assert.deepEqual(changed.status, status.status);
  assert.equal(changed.metadata.generation, made.metadata.generation + 1);
});

test('scale', async () => {
  const name = 'web';
  await apps.createNamespacedDeployment({ namespace, body: deployment(name) });
  const scale = (replicas) => apps.patchNamespacedDeploymentScale({ namespace, name, body: { spec: { replicas } } }, as(MergePatch));
  assert.equal((await scale(3)).spec.replicas, 3);
  assert.equal((await apps.readNamespacedDeploymentScale({ namespace, name })).status.selector, 'app=web');
  assert.equal((await apps.readNamespacedDeployment({ namespace, name })).spec.replicas, 3);
  await refused(422, 'Invalid', scale(-1));
  await apps.deleteNamespacedDeployment({ namespace, name });
});

test('eviction', async () => {
  const name = 'one';
  await core.createNamespacedPod({ namespace, body: { metadata: { name }, spec: { containers: [{ name: 'a', image: 'a:1' }] } } });
  await core.createNamespacedPodEviction({ namespace, name, body: { metadata: { name, namespace } } });
  await awaitTrue('the pod goes', async () => {
    const { items } = await core.listNamespacedPod({ namespace, fieldSelector: `metadata.name=${name}` });
    return items.length === 0;
  });
});

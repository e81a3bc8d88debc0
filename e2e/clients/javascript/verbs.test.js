// Every verb of the typed client.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Watch } from '@kubernetes/client-node';
import { JsonPatch, MergePatch, StrategicMergePatch, apps, as, awaitTrue, configMap, core, deployment, lab, makeNamespace, refused } from './lab.js';

let namespace;
before(async () => (namespace = await makeNamespace()));
after(() => core.deleteNamespace({ name: namespace }));
afterEach(() => core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'app' }));

const create = (body, options) => core.createNamespacedConfigMap({ namespace, body, ...options });
const read = (name) => core.readNamespacedConfigMap({ namespace, name });
const names = async (options) => (await core.listNamespacedConfigMap({ namespace, ...options })).items.map((item) => item.metadata.name);
const patch = (name, body, strategy, options) => core.patchNamespacedConfigMap({ namespace, name, body, ...options }, as(strategy));

test('an object through its life', async () => {
  const made = await create(configMap('a', { colour: 'red' }));
  assert.ok(made.metadata.uid && made.metadata.resourceVersion && made.metadata.creationTimestamp);
  const found = await read('a');
  assert.deepEqual(found, made);
  found.data.colour = 'blue';
  const changed = await core.replaceNamespacedConfigMap({ namespace, name: 'a', body: found });
  assert.deepEqual(changed.data, { colour: 'blue' });
  assert.notEqual(changed.metadata.resourceVersion, made.metadata.resourceVersion);
  assert.equal((await core.deleteNamespacedConfigMap({ namespace, name: 'a' })).status, 'Success');
  await refused(404, 'NotFound', read('a'));
});

test('a generated name', async () => {
  const made = await create({ metadata: { generateName: 'part-', labels: { app: 'x' } } });
  assert.match(made.metadata.name, /^part-[a-z0-9]{5}$/);
});

test('a list in pages', async () => {
  const wanted = Array.from({ length: 12 }, (_, i) => `n${String(i).padStart(2, '0')}`);
  for (const name of wanted) await create(configMap(name));
  const found = [];
  let page;
  let pages = 0;
  do {
    page = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app=web', limit: 5, _continue: page?.metadata._continue });
    found.push(...page.items.map((item) => item.metadata.name));
    pages += 1;
  } while (page.metadata._continue);
  assert.deepEqual(found, wanted);
  assert.equal(pages, 3);
});

test('selectors', async () => {
  await create(configMap('front', {}, { labels: { tier: 'front' } }));
  await create(configMap('back', {}, { labels: { tier: 'back' } }));
  await create(configMap('bare'));
  for (const [labelSelector, wanted] of Object.entries({
    'app=web,tier=front': ['front'],
    'app=web,tier!=front': ['back', 'bare'],
    'tier in (front, back)': ['back', 'front'],
    'app=web,tier notin (front)': ['back', 'bare'],
    'app=web,!tier': ['bare'],
    tier: ['back', 'front'],
  })) {
    assert.deepEqual(await names({ labelSelector }), wanted, labelSelector);
  }
  assert.deepEqual(await names({ fieldSelector: 'metadata.name=bare' }), ['bare']);
  await refused(400, 'BadRequest', names({ fieldSelector: 'data.x=1' }));
});

test('patches', async () => {
  const name = 'web';
  await apps.createNamespacedDeployment({ namespace, body: deployment(name, 'first') });
  const patched = async (body, strategy) => {
    const after = await apps.patchNamespacedDeployment({ namespace, name, body }, as(strategy));
    return after.spec.template.spec.containers.map((container) => container.image);
  };
  const containers = (...list) => ({ spec: { template: { spec: { containers: list } } } });
  assert.deepEqual(await patched(containers({ name: 'side', image: 'side:1' }), StrategicMergePatch), ['side:1', 'web:1']);
  const path = '/spec/template/spec/containers/0/image';
  assert.deepEqual(await patched([{ op: 'replace', path, value: 'side:2' }], JsonPatch), ['side:2', 'web:1']);
  assert.deepEqual(await patched(containers({ name: 'only', image: 'only:1' }), MergePatch), ['only:1']);
  await refused(422, 'Invalid', patched([{ op: 'test', path, value: 'other' }], JsonPatch));
  await apps.deleteNamespacedDeployment({ namespace, name });
});

test('a dry run', async () => {
  const dryRun = 'All';
  assert.ok((await create(configMap('dry'), { dryRun })).metadata.uid);
  await refused(404, 'NotFound', read('dry'));
  const kept = await create(configMap('a', { x: '1' }));
  const replaced = await core.replaceNamespacedConfigMap({ namespace, name: 'a', body: configMap('a', { x: '2' }), dryRun });
  assert.equal(replaced.data.x, '2');
  await patch('a', { data: { x: '3' } }, MergePatch, { dryRun });
  await core.deleteNamespacedConfigMap({ namespace, name: 'a', dryRun });
  await core.deleteCollectionNamespacedConfigMap({ namespace, dryRun });
  assert.deepEqual(await read('a'), kept);
});

test('delete of a collection', async () => {
  for (let i = 0; i < 6; i++) await create(configMap(`n${i}`, {}, { labels: { odd: String(i % 2) } }));
  await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'odd=1' });
  assert.deepEqual(await names({ labelSelector: 'app=web' }), ['n0', 'n2', 'n4']);
});

test('delete with a finalizer and preconditions', async () => {
  const made = await create(configMap('a', {}, { finalizers: ['lab.example.com/hold'] }));
  const erase = (uid) => core.deleteNamespacedConfigMap({ namespace, name: 'a', body: { preconditions: { uid } } });
  await refused(409, 'Conflict', erase('00000000-0000-0000-0000-000000000000'));
  await erase(made.metadata.uid);
  assert.ok((await read('a')).metadata.deletionTimestamp);
  await patch('a', { metadata: { finalizers: null } }, MergePatch);
  await refused(404, 'NotFound', read('a'));
});

test('propagation', async () => {
  for (const propagationPolicy of ['Background', 'Foreground', 'Orphan']) {
    const { metadata } = await create(configMap('owner'));
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid, blockOwnerDeletion: true };
    await create(configMap('owned', {}, { ownerReferences: [owner] }));
    await core.deleteNamespacedConfigMap({ namespace, name: 'owner', propagationPolicy });
    await awaitTrue(`${propagationPolicy}: owner and owned settle`, async () => {
      const { items } = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app=web' });
      if (propagationPolicy !== 'Orphan') return items.length === 0;
      return items.length === 1 && items[0].metadata.ownerReferences === undefined;
    });
    await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'app' });
  }
});

test('a watch tells every change', async () => {
  const { resourceVersion } = (await core.listNamespacedConfigMap({ namespace })).metadata;
  const events = [];
  const query = { resourceVersion, labelSelector: 'app=web' };
  let ended;
  const end = new Promise((resolve) => (ended = resolve));
  const stop = await new Watch(lab).watch(`/api/v1/namespaces/${namespace}/configmaps`, query, (type) => {
    events.push(type);
    if (events.length === 5) ended();
  }, ended);
  await create(configMap('a'));
  await patch('a', { data: { x: '1' } }, MergePatch);
  await patch('a', { metadata: { labels: { app: 'other' } } }, MergePatch);
  await patch('a', { metadata: { labels: { app: 'web' } } }, MergePatch);
  await core.deleteNamespacedConfigMap({ namespace, name: 'a' });
  await end;
  stop.abort();
  assert.deepEqual(events, ['ADDED', 'MODIFIED', 'DELETED', 'ADDED', 'DELETED']);
});

test('a watch ends after its time', async () => {
  await create(configMap('a'));
  const seen = [];
  const query = { timeoutSeconds: 1, labelSelector: 'app=web' };
  const error = await new Promise((ended) => {
    new Watch(lab).watch(`/api/v1/namespaces/${namespace}/configmaps`, query, (type, object) => seen.push([type, object.metadata.name]), ended);
  });
  assert.equal(error, null);
  assert.deepEqual(seen, [['ADDED', 'a']]);
});

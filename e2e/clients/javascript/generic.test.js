// Kinds that are posted at run time, through the generic client and CustomObjectsApi.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { ApiextensionsV1Api, CustomObjectsApi, KubernetesObjectApi, Watch } from '@kubernetes/client-node';
import { JsonPatch, MergePatch, StrategicMergePatch, as, awaitTrue, core, lab, makeNamespace, refused } from './lab.js';

const group = 'javascript.example.com';
const plural = 'gardens';
const definitionName = `${plural}.${group}`;
const definitions = lab.makeApiClient(ApiextensionsV1Api);
const custom = lab.makeApiClient(CustomObjectsApi);
const generic = KubernetesObjectApi.makeApiClient(lab);

const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['beds'],
        properties: {
          beds: { type: 'integer', minimum: 1 },
          soil: { type: 'string', _default: 'loam', _enum: ['loam', 'clay', 'sand'] },
        },
      },
      status: { type: 'object', properties: { beds: { type: 'integer' }, selector: { type: 'string' } } },
    },
  },
};
const subresources = {
  status: {},
  scale: { specReplicasPath: '.spec.beds', statusReplicasPath: '.status.beds', labelSelectorPath: '.status.selector' },
};
const version = (name) => ({ name, served: true, storage: name === 'v1', schema, subresources });

let namespace;
const v1 = { group, version: 'v1', plural };
before(async () => {
  namespace = await makeNamespace();
  v1.namespace = namespace;
  const names = { plural, singular: 'garden', kind: 'Garden', shortNames: ['gdj'] };
  const spec = { group, scope: 'Namespaced', names, versions: [version('v1alpha1'), version('v1')] };
  await definitions.createCustomResourceDefinition({ body: { metadata: { name: definitionName }, spec } });
  await awaitTrue('the kind is established', async () => {
    const { status } = await definitions.readCustomResourceDefinition({ name: definitionName });
    return status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True');
  });
});
afterEach(() => custom.deleteCollectionNamespacedCustomObject(v1));
after(async () => {
  await definitions.deleteCustomResourceDefinition({ name: definitionName });
  await awaitTrue('the kind goes', () => custom.listNamespacedCustomObject(v1).then(() => false, (error) => error.code === 404));
  await core.deleteNamespace({ name: namespace });
});

const garden = (name, spec = {}, at = 'v1') => ({ apiVersion: `${group}/${at}`, kind: 'Garden', metadata: { name, namespace }, spec: { beds: 2, ...spec } });

test('one object in two versions', async () => {
  const made = await generic.create(garden('back', {}, 'v1alpha1'));
  assert.deepEqual([made.apiVersion, made.spec.soil], [`${group}/v1alpha1`, 'loam']);
  const found = await generic.read(garden('back'));
  assert.deepEqual([found.apiVersion, found.metadata.uid], [`${group}/v1`, made.metadata.uid]);
  const listed = await generic.list(`${group}/v1alpha1`, 'Garden', namespace);
  assert.deepEqual(listed.items.map((item) => item.apiVersion), [`${group}/v1alpha1`]);
});

test('verbs', async () => {
  const made = await generic.create(garden('back'));
  const replaced = await generic.replace({ ...made, spec: { ...made.spec, beds: 5 } });
  assert.deepEqual([replaced.spec.beds, replaced.metadata.generation], [5, 2]);
  const patch = (spec, strategy) => generic.patch(garden('back', spec), undefined, undefined, undefined, undefined, strategy);
  assert.equal((await patch({ soil: 'clay' }, MergePatch)).spec.soil, 'clay');
  const edited = await custom.patchNamespacedCustomObject({ ...v1, name: 'back', body: [{ op: 'replace', path: '/spec/beds', value: 6 }] }, as(JsonPatch));
  assert.equal(edited.spec.beds, 6);
  await refused(415, 'UnsupportedMediaType', patch({}, StrategicMergePatch));
  await generic.delete(garden('back'));
  await refused(404, 'NotFound', generic.read(garden('back')));
});

test('validation', async () => {
  const status = await refused(422, 'Invalid', generic.create(garden('wrong', { beds: 0, soil: 'gravel' })));
  assert.deepEqual(status.details.causes.map((cause) => cause.field).sort(), ['spec.beds', 'spec.soil']);
  const strict = { ...v1, body: garden('strict', { colour: 'red' }), fieldValidation: 'Strict' };
  const unknown = await refused(400, 'BadRequest', custom.createNamespacedCustomObject(strict));
  assert.match(unknown.message, /unknown field "spec.colour"/);
});

test('a watch of another version', async () => {
  const { resourceVersion } = (await custom.listNamespacedCustomObject(v1)).metadata;
  const events = [];
  let ended;
  const end = new Promise((resolve) => (ended = resolve));
  const path = `/apis/${group}/v1alpha1/namespaces/${namespace}/${plural}`;
  const stop = await new Watch(lab).watch(path, { resourceVersion }, (type, object) => {
    events.push([type, object.apiVersion]);
    if (type === 'DELETED') ended();
  }, ended);
  await generic.create(garden('back'));
  await generic.delete(garden('back'));
  await end;
  stop.abort();
  assert.deepEqual(events, [['ADDED', `${group}/v1alpha1`], ['DELETED', `${group}/v1alpha1`]]);
});

test('subresources', async () => {
  await generic.create(garden('back'));
  const body = { spec: { beds: 9 }, status: { beds: 2, selector: 'app=garden' } };
  const status = await custom.patchNamespacedCustomObjectStatus({ ...v1, name: 'back', body }, as(MergePatch));
  assert.deepEqual([status.status.beds, status.spec.beds], [2, 2]);
  const scale = await custom.getNamespacedCustomObjectScale({ ...v1, name: 'back' });
  assert.deepEqual([scale.kind, scale.status.selector], ['Scale', 'app=garden']);
  scale.spec.replicas = 7;
  await custom.replaceNamespacedCustomObjectScale({ ...v1, name: 'back', body: scale });
  assert.equal((await generic.read(garden('back'))).spec.beds, 7);
});

test('an unknown kind', async () => {
  await assert.rejects(generic.read({ ...garden('back'), kind: 'Hedge' }), /Unrecognized API version and kind/);
});

test('built-in kinds', async () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace }, spec: { ports: [{ port: 80 }] } };
  const made = await generic.create(service);
  assert.deepEqual([made.spec.ports[0].targetPort, made.spec.type], [80, 'ClusterIP']);
  await generic.delete(service);
});

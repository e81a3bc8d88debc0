// Informers over a connection that breaks.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CoreV1Api, makeInformer } from '@kubernetes/client-node';
import { MergePatch, Proxy, as, awaitTrue, config, configMap, core, lab, makeNamespace } from './lab.js';

let namespace;
before(async () => (namespace = await makeNamespace()));
after(() => core.deleteNamespace({ name: namespace }));

// Follows what an informer tells, and notes what can't be.
class Witness {
  versions = new Map();
  wrong = [];

  follow(informer) {
    for (const verb of ['add', 'update', 'delete']) informer.on(verb, ({ metadata }) => this.#see(verb, metadata));
  }

  #see(verb, { name, resourceVersion }) {
    const known = this.versions.get(name);
    if ((known === undefined) !== (verb === 'add') || known === resourceVersion) {
      this.wrong.push(`${verb} of ${name} at ${resourceVersion}, known at ${known}`);
    }
    if (verb === 'delete') this.versions.delete(name);
    else this.versions.set(name, resourceVersion);
  }
}

test('an informer misses nothing when its connection breaks', async () => {
  const proxy = await Proxy.start(lab.getCurrentCluster().server);
  const broken = config(proxy.server);
  const client = broken.makeApiClient(CoreV1Api);
  const labelSelector = 'app=web';
  let lists = 0;
  let breaks = 0;
  let over = false;
  const informer = makeInformer(broken, `/api/v1/namespaces/${namespace}/configmaps`, () => {
    lists += 1;
    return client.listNamespacedConfigMap({ namespace, labelSelector });
  }, labelSelector);
  const witness = new Witness();
  witness.follow(informer);
  // A broken connection is an error; the informer is started again by who uses it, and goes on where it was.
  informer.on('error', () => {
    breaks += 1;
    if (!over) setTimeout(() => informer.start(), 50);
  });
  await informer.start();

  for (let i = 0; i < 100; i++) {
    const name = `n${i}`;
    await core.createNamespacedConfigMap({ namespace, body: configMap(name) });
    await core.patchNamespacedConfigMap({ namespace, name, body: { data: { i: String(i) } } }, as(MergePatch));
    if (i % 4 === 3) await core.deleteNamespacedConfigMap({ namespace, name: `n${i - 1}` });
    if (i % 20 === 19) {
      await awaitTrue('the informer is up to date', () => witness.versions.has(name));
      proxy.cut();
    }
  }
  const { items } = await core.listNamespacedConfigMap({ namespace, labelSelector });
  const wanted = Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  assert.equal(items.length, 75);
  await awaitTrue('the informer knows all', () => {
    return witness.versions.size === items.length && items.every(({ metadata }) => witness.versions.get(metadata.name) === metadata.resourceVersion);
  });
  over = true;
  await informer.stop();
  proxy.close();
  assert.deepEqual(Object.fromEntries(witness.versions), wanted);
  assert.deepEqual(witness.wrong, []);
  assert.equal(informer.list(namespace).length, 75);
  assert.equal(lists, 1);
  assert.ok(breaks >= 1);
});

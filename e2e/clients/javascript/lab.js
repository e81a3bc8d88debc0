// What all tests of the JavaScript client share: the server that KUBECONFIG names, and namespaces of their own.

import assert from 'node:assert/strict';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiException, AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';

const patience = 30_000; // milliseconds that anything which the server does in the background may take

export function config(server) {
  const made = new KubeConfig();
  made.loadFromDefault();
  if (server) made.clusters = made.clusters.map((cluster) => ({ ...cluster, server }));
  return made;
}

export const lab = config();
export const core = lab.makeApiClient(CoreV1Api);
export const apps = lab.makeApiClient(AppsV1Api);

export async function makeNamespace() {
  const made = await core.createNamespace({ body: { metadata: { generateName: 'javascript-' } } });
  return made.metadata.name;
}

export async function awaitTrue(what, done) {
  for (const end = Date.now() + patience; Date.now() < end; await sleep(20)) {
    if (await done()) return;
  }
  assert.fail(`${what}: not after ${patience} ms`);
}

// Expects an API error, and returns its Status body.
export async function refused(code, reason, promise) {
  const error = await promise.then(
    () => assert.fail(`not refused, expected ${code} ${reason}`),
    (caught) => caught,
  );
  assert.ok(error instanceof ApiException, String(error));
  const status = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
  assert.deepEqual([error.code, status.reason, status.code], [code, reason, code], error.message);
  return status;
}

// The option that says of which type a patch is.
export const as = (strategy) => setHeaderOptions('Content-Type', strategy);
export const { JsonPatch, MergePatch, StrategicMergePatch, ServerSideApply } = PatchStrategy;

export function configMap(name, data = {}, metadata = {}) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...metadata, labels: { app: 'web', ...metadata.labels } },
    data,
  };
}

export function deployment(name, container = 'web') {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: container, image: 'web:1' }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: { selector: { matchLabels: labels }, template },
  };
}

// Passes connections on to the server, and cuts all that are open when asked to.
export class Proxy {
  #open = new Set();

  static async start(server) {
    const made = new Proxy();
    const target = new URL(server);
    made.listener = net.createServer((near) => {
      const far = net.connect(target.port, target.hostname);
      for (const [end, other] of [[near, far], [far, near]]) {
        made.#open.add(end);
        end.pipe(other);
        end.on('error', () => {});
        end.on('close', () => {
          made.#open.delete(end);
          other.destroy();
        });
      }
    });
    await new Promise((listening) => made.listener.listen(0, '127.0.0.1', listening));
    made.server = `https://127.0.0.1:${made.listener.address().port}`;
    return made;
  }

  cut() {
    for (const end of this.#open) end.resetAndDestroy();
  }

  close() {
    this.listener.close();
    this.cut();
  }
}

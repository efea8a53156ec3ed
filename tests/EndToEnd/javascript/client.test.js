// What programs written with the official JavaScript client do all day. KUBECONFIG names the cluster, NAMESPACE an empty
// namespace in it; the image nginx:1.27 is loaded.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';

const namespace = process.env.NAMESPACE;
const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);

async function until(what, probe, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not in ${seconds} s: ${what}`);
    await delay(100);
  }
}

const settings = (name, data, labels) => ({ metadata: { name, labels }, data });
const podNamed = (name, args) => ({
  metadata: { name },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'busybox:latest', imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', args] }] },
});

before(async () => {
  await core.createNamespacedPod({ namespace, body: podNamed('shell', 'echo first; while true; do sleep 1; echo again; done') });
});

after(async () => {
  await core.deleteNamespacedPod({ namespace, name: 'shell', gracePeriodSeconds: 0 });
});

test('objects are created, read, replaced, listed and deleted as typed values', async () => {
  const created = await core.createNamespacedConfigMap({ namespace, body: settings('typed', { color: 'blue' }, { app: 'typed' }) });
  assert.match(created.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.ok(created.metadata.creationTimestamp instanceof Date);

  const read = await core.readNamespacedConfigMap({ namespace, name: 'typed' });
  read.data.color = 'green';
  const replaced = await core.replaceNamespacedConfigMap({ namespace, name: 'typed', body: read });
  assert.notEqual(replaced.metadata.resourceVersion, created.metadata.resourceVersion);

  const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app in (typed)' });
  assert.deepEqual(list.items.map((item) => item.data.color), ['green']);
  const page = await core.listNamespacedConfigMap({ namespace, limit: 1 });
  assert.equal(page.items.length, 1);

  const status = await core.deleteNamespacedConfigMap({ namespace, name: 'typed' });
  assert.equal(status.status, 'Success');
});

test('errors carry the code and the Status', async () => {
  await assert.rejects(core.readNamespacedConfigMap({ namespace, name: 'missing' }), (error) => {
    assert.equal(error.code, 404);
    assert.equal(JSON.parse(error.body).reason, 'NotFound');
    return true;
  });
  const first = await core.createNamespacedConfigMap({ namespace, body: settings('stale', { a: '1' }) });
  await core.replaceNamespacedConfigMap({ namespace, name: 'stale', body: { ...first, data: { a: '2' } } });
  await assert.rejects(core.replaceNamespacedConfigMap({ namespace, name: 'stale', body: { ...first, data: { a: '3' } } }), { code: 409 });
  await assert.rejects(core.createNamespacedConfigMap({ namespace, body: settings('Bad_Name', {}) }), { code: 422 });
});

test('every kind of patch changes what it says', async () => {
  const body = {
    metadata: { name: 'patched' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'patched' } },
      template: { metadata: { labels: { app: 'patched' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
    },
  };
  await apps.createNamespacedDeployment({ namespace, body });
  const patch = (strategy, change, extra = {}) =>
    apps.patchNamespacedDeployment({ namespace, name: 'patched', body: change, ...extra }, k8s.setHeaderOptions('Content-Type', strategy));

  const json = await patch(k8s.PatchStrategy.JsonPatch, [{ op: 'add', path: '/metadata/labels', value: { by: 'json-patch' } }]);
  assert.equal(json.metadata.labels.by, 'json-patch');
  const merge = await patch(k8s.PatchStrategy.MergePatch, { metadata: { labels: { by: null, merged: 'yes' } } });
  assert.deepEqual({ ...merge.metadata.labels }, { merged: 'yes' });
  const strategic = await patch(k8s.PatchStrategy.StrategicMergePatch, { spec: { template: { spec: { containers: [{ name: 'side', image: 'busybox' }] } } } });
  assert.deepEqual(strategic.spec.template.spec.containers.map((c) => c.name).sort(), ['side', 'web']);
  const applied = await patch(
    k8s.PatchStrategy.ServerSideApply,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'patched', annotations: { applied: 'yes' } } },
    { fieldManager: 'javascript', force: true });
  assert.ok(applied.metadata.managedFields.some((entry) => entry.manager === 'javascript' && entry.operation === 'Apply'));

  const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'patched' });
  scale.spec.replicas = 1;
  delete scale.metadata.resourceVersion; // The controller writes its status whenever it likes.
  await apps.replaceNamespacedDeploymentScale({ namespace, name: 'patched', body: scale });
  assert.equal((await apps.readNamespacedDeployment({ namespace, name: 'patched' })).spec.replicas, 1);
  await apps.deleteNamespacedDeployment({ namespace, name: 'patched', propagationPolicy: 'Background' });
});

test('a watch tells every change in order and can be aborted', async () => {
  const list = await core.listNamespacedConfigMap({ namespace });
  const seen = [];
  const watch = new k8s.Watch(config);
  const controller = await watch.watch(
    `/api/v1/namespaces/${namespace}/configmaps`,
    { resourceVersion: list.metadata.resourceVersion, labelSelector: 'app=watched' },
    (type, object) => seen.push(`${type} ${object.data?.n}`),
    () => {});
  await core.createNamespacedConfigMap({ namespace, body: settings('watched', { n: '1' }, { app: 'watched' }) });
  await core.replaceNamespacedConfigMap({ namespace, name: 'watched', body: settings('watched', { n: '2' }, { app: 'watched' }) });
  await core.deleteNamespacedConfigMap({ namespace, name: 'watched' });
  await until('three events', () => seen.length >= 3);
  assert.deepEqual(seen, ['ADDED 1', 'MODIFIED 2', 'DELETED 2']);
  controller.abort();
});

test('an informer keeps a true copy', async () => {
  await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'before' }, stringData: { a: 'b' } } });
  const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/secrets`, () => core.listNamespacedSecret({ namespace }));
  const told = [];
  for (const event of ['add', 'update', 'delete']) informer.on(event, (object) => told.push(`${event} ${object.metadata.name}`));
  await informer.start();
  await until('what was there', () => told.includes('add before'));
  await core.createNamespacedSecret({ namespace, body: { metadata: { name: 'later' } } });
  await until('what came', () => informer.get('later', namespace));
  await core.deleteNamespacedSecret({ namespace, name: 'before' });
  await until('what went', () => told.includes('delete before') && !informer.get('before', namespace));
  await informer.stop();
});

test('exec runs a program in a container and tells its exit code', async () => {
  await until('the pod is running', async () => (await core.readNamespacedPod({ namespace, name: 'shell' })).status.phase === 'Running');
  const run = async (command, input) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const text = { out: '', err: '' };
    stdout.on('data', (bytes) => (text.out += bytes));
    stderr.on('data', (bytes) => (text.err += bytes));
    const stdin = input === undefined ? null : new PassThrough();
    const status = await new Promise((resolve, reject) => {
      new k8s.Exec(config).exec(namespace, 'shell', 'main', command, stdout, stderr, stdin, false, resolve).then(() => stdin?.end(input), reject);
    });
    return { ...text, status };
  };
  const good = await run(['sh', '-c', 'echo out; echo err >&2']);
  assert.deepEqual([good.out, good.err, good.status.status], ['out\n', 'err\n', 'Success']);
  const bad = await run(['sh', '-c', 'exit 7']);
  assert.equal(bad.status.status, 'Failure');
  assert.equal(bad.status.details.causes.find((cause) => cause.reason === 'ExitCode').message, '7');
  const fed = await run(['head', '-c', '5'], 'hello');
  assert.equal(fed.out, 'hello');
});

test('a log is followed', async () => {
  await until('the pod is running', async () => (await core.readNamespacedPod({ namespace, name: 'shell' })).status.phase === 'Running');
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (bytes) => (text += bytes));
  const controller = await new k8s.Log(config).log(namespace, 'shell', 'main', stream, { follow: true });
  await until('lines come', () => text.startsWith('first\n') && text.includes('again\n'));
  controller.abort();
});

test('a port is forwarded to a pod', async () => {
  await core.createNamespacedPod({ namespace, body: { metadata: { name: 'web' }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image: 'nginx:1.27' }] } } });
  await until('the web server runs', async () => (await core.readNamespacedPod({ namespace, name: 'web' })).status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'));
  const forward = new k8s.PortForward(config);
  const server = net.createServer((socket) => forward.portForward(namespace, 'web', [80], socket, null, socket));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(server.address().port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.on('data', (bytes) => { text += bytes; if (text.includes('Welcome to nginx')) { socket.destroy(); resolve(text); } });
    socket.on('error', reject);
  });
  assert.match(page, /^HTTP\/1\.1 200/);
  server.close();
  await core.deleteNamespacedPod({ namespace, name: 'web', gracePeriodSeconds: 0 });
});

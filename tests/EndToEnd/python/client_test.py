"""What programs written with the official Python client do all day.

KUBECONFIG names the cluster, NAMESPACE an empty namespace in it; the images busybox and nginx are loaded.
"""
import os
import threading
import time
import unittest

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client import ApiException
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock
from kubernetes.stream import portforward, stream

config.load_kube_config()
NAMESPACE = os.environ['NAMESPACE']
core = client.CoreV1Api()
apps = client.AppsV1Api()


def until(what, probe, seconds=60):
    end = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f'not in {seconds} s: {what}')
        time.sleep(0.1)


class Objects(unittest.TestCase):
    def test_objects_are_created_read_replaced_patched_listed_and_deleted(self):
        core.create_namespaced_config_map(NAMESPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(name='a', labels={'k': 'v'}), data={'x': '1'}))
        found = core.read_namespaced_config_map('a', NAMESPACE)
        found.data = {'x': '2'}
        self.assertEqual({'x': '2'}, core.replace_namespaced_config_map('a', NAMESPACE, found).data)
        self.assertEqual({'x': '2', 'y': '3'}, core.patch_namespaced_config_map('a', NAMESPACE, {'data': {'y': '3'}}).data)
        self.assertEqual({'y': '3'}, core.patch_namespaced_config_map('a', NAMESPACE, [{'op': 'remove', 'path': '/data/x'}]).data)
        self.assertEqual(['a'], [each.metadata.name for each in core.list_namespaced_config_map(NAMESPACE, label_selector='k=v').items])
        with self.assertRaises(ApiException) as twice:
            core.create_namespaced_config_map(NAMESPACE, client.V1ConfigMap(metadata=client.V1ObjectMeta(name='a')))
        self.assertEqual(409, twice.exception.status)
        self.assertEqual('Success', core.delete_namespaced_config_map('a', NAMESPACE).status)

    def test_a_watch_tells_each_change(self):
        seen = []
        watching = watch.Watch()

        def change():
            core.create_namespaced_config_map(NAMESPACE, {'metadata': {'name': 'w'}})
            core.patch_namespaced_config_map('w', NAMESPACE, {'data': {'a': '\u4e2d'}})
            core.delete_namespaced_config_map('w', NAMESPACE)

        changes = threading.Timer(0.3, change)
        changes.start()
        for event in watching.stream(core.list_namespaced_config_map, NAMESPACE, field_selector='metadata.name=w', timeout_seconds=30):
            seen.append(event['type'])
            if event['type'] == 'DELETED':
                watching.stop()
        changes.join()
        self.assertEqual(['ADDED', 'MODIFIED', 'DELETED'], seen)

    def test_the_dynamic_client_finds_kinds_by_discovery(self):
        maps = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version='v1', kind='ConfigMap')
        maps.create(body={'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'd'}}, namespace=NAMESPACE)
        patched = maps.patch(body={'data': {'a': 'b'}}, name='d', namespace=NAMESPACE, content_type='application/merge-patch+json')
        self.assertEqual('b', patched.data.a)
        self.assertEqual('ADDED', next(iter(maps.watch(namespace=NAMESPACE, field_selector='metadata.name=d', timeout=5)))['type'])
        maps.delete(name='d', namespace=NAMESPACE)

    def test_one_of_several_leads(self):
        leads = threading.Event()
        lock = ConfigMapLock('leader', NAMESPACE, 'me')
        election = electionconfig.Config(lock, lease_duration=5, renew_deadline=3, retry_period=1, onstarted_leading=leads.set, onstopped_leading=None)
        threading.Thread(target=leaderelection.LeaderElection(election).run, daemon=True).start()
        self.assertTrue(leads.wait(30))


class Pods(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        utils.create_from_dict(client.ApiClient(), {
            'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web', 'namespace': NAMESPACE},
            'spec': {
                'selector': {'matchLabels': {'app': 'web'}},
                'template': {
                    'metadata': {'labels': {'app': 'web'}},
                    'spec': {'terminationGracePeriodSeconds': 0, 'containers': [{'name': 'web', 'image': 'nginx', 'ports': [{'containerPort': 80}]}]},
                },
            },
        })
        until('the deployment is ready', lambda: apps.read_namespaced_deployment_status('web', NAMESPACE).status.ready_replicas)
        cls.pod = core.list_namespaced_pod(NAMESPACE, label_selector='app=web').items[0].metadata.name

    def test_a_program_runs_in_a_container(self):
        said = stream(
            core.connect_get_namespaced_pod_exec, self.pod, NAMESPACE, command=['sh', '-c', 'echo out; echo err >&2'],
            stdin=False, stdout=True, stderr=True, tty=False)
        self.assertEqual({'out', 'err'}, set(said.split()))

    def test_a_shell_is_talked_to_and_tells_how_it_ended(self):
        shell = stream(
            core.connect_get_namespaced_pod_exec, self.pod, NAMESPACE, command=['sh'],
            stdin=True, stdout=True, stderr=True, tty=False, _preload_content=False)
        shell.write_stdin('echo $((1+1))\nexit 3\n')
        self.assertEqual('2', shell.readline_stdout(timeout=30))
        shell.run_forever(timeout=30)
        self.assertEqual(3, shell.returncode)

    def test_ports_are_forwarded(self):
        forward = portforward(core.connect_get_namespaced_pod_portforward, self.pod, NAMESPACE, ports='80')
        connection = forward.socket(80)
        connection.settimeout(30)
        connection.sendall(b'GET / HTTP/1.0\r\n\r\n')
        answer = b''
        while part := connection.recv(4096):
            answer += part
        self.assertTrue(answer.startswith(b'HTTP/1.1 200'), answer)

    def test_a_container_is_added_to_a_running_pod_and_sees_its_processes(self):
        look = {'name': 'look', 'image': 'busybox', 'targetContainerName': 'web', 'command': ['sh', '-c', 'ps; sleep 900']}
        core.patch_namespaced_pod_ephemeralcontainers(self.pod, NAMESPACE, {'spec': {'ephemeralContainers': [look]}})

        def state():
            statuses = core.read_namespaced_pod(self.pod, NAMESPACE).status.ephemeral_container_statuses
            return statuses and statuses[0].state.running
        until('the container runs', state)
        until('it saw the other', lambda: 'nginx' in core.read_namespaced_pod_log(self.pod, NAMESPACE, container='look'))
        ended = core.read_namespaced_pod(self.pod, NAMESPACE).status
        self.assertEqual(('Running', 0), (ended.phase, ended.container_statuses[0].restart_count))

    def test_logs_are_read(self):
        self.assertIsInstance(core.read_namespaced_pod_log(self.pod, NAMESPACE, tail_lines=5, timestamps=True), str)


if __name__ == '__main__':
    unittest.main()

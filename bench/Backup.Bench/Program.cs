using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Navarch.Cluster;
using Navarch.Cluster.Backup;
using Navarch.Cluster.Certificates;
using Navarch.Cluster.Profiles;
using Navarch.Storage;
using Navarch.Storage.Etcd;
using Navarch.Storage.Sqlite;
using Navarch.Testing;

// Usage: Backup.Bench [objects, default 100000] [directory, default a new one in /var/tmp]
// Backup and restore of the same objects: ours of SQLite, beside etcdctl's snapshot of etcd.
const string Name = "bench";
var objects = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
var directory = Directory.CreateDirectory(args.Length > 1 ? args[1] : $"/var/tmp/navarch-bench-{Environment.ProcessId}").FullName;
var time = TimeProvider.System;
try
{
    Console.WriteLine($"{Environment.ProcessorCount} processors, {objects} pods of about {Pod(0).Length} bytes; times in seconds, sizes in MiB");
    Console.WriteLine();

    var (from, to) = (new ProfileStore($"{directory}/from", $"{directory}/run-from"), new ProfileStore($"{directory}/to", $"{directory}/run-to"));
    var profile = from.Plan(Name, 0, static _ => true);
    from.Save(profile);
    new ClusterCertificates(from.PathsOf(Name), time).Ensure(profile, [IPAddress.Loopback]);
    await using (var store = await SqliteRevisionStore.OpenAsync(new SqliteStoreConfig { Path = from.PathsOf(Name).Database }, time, CancellationToken.None))
    {
        await FillAsync(store);
    }

    var file = $"{directory}/backup.tar";
    var backup = await new ClusterBackup(from, SilentProgress.Instance, time).RunAsync(Name, file, isDataOnly: false, CancellationToken.None);
    var check = await new ClusterRestore(to, SilentProgress.Instance, time).CheckAsync(file, CancellationToken.None);
    var restore = await new ClusterRestore(to, SilentProgress.Instance, time).RunAsync(file, null, null, CancellationToken.None);
    Console.WriteLine("| | backup | size | check | restore |");
    Console.WriteLine("|---|---|---|---|---|");
    Console.WriteLine(Row("navarch, SQLite", backup.Seconds, backup.Bytes, check.Seconds, restore.Seconds));

    if (EtcdCluster.IsInstalled && File.Exists("/usr/bin/etcdctl"))
    {
        await using var cluster = await EtcdCluster.StartAsync(parent: directory);
        await using (var store = await EtcdRevisionStore.OpenAsync(new EtcdStoreConfig { Endpoints = cluster.Endpoints }, time, CancellationToken.None))
        {
            await FillAsync(store);
        }

        var snapshot = $"{directory}/snapshot.db";
        var save = Etcdctl("--endpoints", cluster.Endpoints[0].GetLeftPart(UriPartial.Authority), "snapshot", "save", snapshot);
        var status = Etcdctl("snapshot", "status", snapshot);
        var restored = Etcdctl("snapshot", "restore", snapshot, "--data-dir", $"{directory}/etcd-restored");
        Console.WriteLine(Row("etcdctl snapshot, etcd", save, new FileInfo(snapshot).Length, status, restored));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| navarch / etcdctl | {backup.Seconds / save:0.00}x | {(double)backup.Bytes / new FileInfo(snapshot).Length:0.00}x | {check.Seconds / status:0.00}x | {restore.Seconds / restored:0.00}x |"));
    }

    Console.WriteLine();
    Console.WriteLine("navarch's file holds certificates and keys as well, and is compressed; its restore writes each object at a new revision and syncs it.");
}
finally
{
    Directory.Delete(directory, recursive: true);
}

string Row(string what, double save, long bytes, double check, double restore) =>
    string.Create(CultureInfo.InvariantCulture, $"| {what} | {save:0.00} | {bytes / 1048576.0:0.0} | {check:0.00} | {restore:0.00} |");

async Task FillAsync(IRevisionStore store) => await Parallel.ForAsync(
    0,
    objects,
    new ParallelOptions { MaxDegreeOfParallelism = 256 },
    async (i, ct) => await store.CommitAsync(StoreWrite.Create($"/registry/pods/default/web-{i:000000}", Pod(i)), ct));

double Etcdctl(params string[] arguments)
{
    var start = Stopwatch.GetTimestamp();
    using var process = Process.Start(new ProcessStartInfo("/usr/bin/etcdctl", arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["ETCDCTL_API"] = "3" },
    })!;
    process.ErrorDataReceived += static (_, _) => { };
    process.BeginErrorReadLine();
    process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0 ? Stopwatch.GetElapsedTime(start).TotalSeconds : throw new InvalidOperationException($"etcdctl {string.Join(' ', arguments)}: exit code {process.ExitCode}");
}

// About as long, and about as compressible, as a pod is.
static byte[] Pod(int i)
{
    var random = new Random(i);
    return Encoding.UTF8.GetBytes(
        $$$"""
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-{{{i:000000}}}","generateName":"web-","namespace":"default","uid":"{{{random.NextInt64():x16}}}-{{{random.NextInt64():x16}}}","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"web","pod-template-hash":"{{{random.Next():x8}}}"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"0b0c7a50-6a4c-4a8e-8f43-1f0f6c1f7e1d","controller":true,"blockOwnerDeletion":true}]},"spec":{"volumes":[{"name":"kube-api-access-{{{random.Next():x5}}}","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}}],"defaultMode":420}}],"containers":[{"name":"web","image":"nginx:1.27","resources":{"requests":{"cpu":"100m","memory":"64Mi"}},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","nodeName":"node-{{{random.Next(1000)}}}","schedulerName":"default-scheduler"},"status":{"phase":"Running","podIP":"10.244.{{{random.Next(256)}}}.{{{random.Next(256)}}}","startTime":"2026-01-01T00:00:00Z","containerStatuses":[{"name":"web","state":{"running":{"startedAt":"2026-01-01T00:00:01Z"}},"ready":true,"restartCount":0,"image":"docker.io/library/nginx:1.27","containerID":"containerd://{{{random.NextInt64():x16}}}{{{random.NextInt64():x16}}}"}],"qosClass":"Burstable"}}
        """);
}

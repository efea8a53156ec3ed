using System.Diagnostics;
using System.Text;
using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Json;
using Navarch.Machinery.Apply;
using Navarch.Machinery.Json;
using Navarch.Machinery.Patch;

// What it costs to keep the owners of a pod's fields, against the other work a write does on the same pod: decoding,
// patching and encoding it. Storage, network and the kind's rules are not in either figure.
var seconds = args.Length > 0 && double.TryParse(args[0], out var given) ? given : 2;
var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
var request = Encoding.UTF8.GetBytes(PodJson());
var pod = Decode(request);
var empty = ApiJson.ToUtf8(Pod.Empty);
var recorder = new UpdateRecorder();
var writer = new ApiWriter(32 * 1024);
var creator = new Manager("kube-controller-manager", "v1", "", now);
var created = recorder.Record([], creator, empty, default, Encode(pod), Pod.Schema, Untracked.ServerAndStatus);
pod = pod with { Metadata = pod.Metadata with { ManagedFields = created } };
var kubelet = new Manager("kubelet", "v1", "status", now);
var running = Decode(StrategicMergePatch.Apply((JsonObject)JsonNode.Parse(ApiJson.ToUtf8(pod)), JsonNode.Parse(StatusPatch(1)), Pod.Schema).ToUtf8());
var notStatus = Untracked.Of("spec", "metadata.ownerReferences");
running = running with { Metadata = running.Metadata with { ManagedFields = recorder.Record(created, kubelet, ApiJson.ToUtf8(pod), UpdateRecorder.FindOwners(ApiJson.ToUtf8(pod)), Encode(running), Pod.Schema, notStatus) } };
var runningJson = ApiJson.ToUtf8(running);
var runningOwners = UpdateRecorder.FindOwners(runningJson);
var (ownersAt, ownersLength) = runningOwners.GetOffsetAndLength(runningJson.Length);
byte[] bare = [.. runningJson.AsSpan(0, ownersAt), .. runningJson.AsSpan(ownersAt + ownersLength)];
var changed = Decode(StrategicMergePatch.Apply((JsonObject)JsonNode.Parse(bare), JsonNode.Parse(StatusPatch(2)), Pod.Schema).ToUtf8());
var configuration = (JsonObject)JsonNode.Parse(request);

Console.WriteLine($"a pod of {request.Length} bytes, {ApiJson.ToUtf8(pod with { Metadata = pod.Metadata with { ManagedFields = [] } }).Length} bytes stored, {ownersLength} bytes of owners after its status came");
Console.WriteLine();
Console.WriteLine("| write | owners: µs | bytes allocated | the rest of the codec's work: µs | bytes allocated | ratio |");
Console.WriteLine("|---|---|---|---|---|---|");
Print("create", () => recorder.Record([], creator, empty, default, Encode(pod), Pod.Schema, Untracked.ServerAndStatus), () => ApiJson.ToUtf8(Decode(request)));
Print("patch of status", () => recorder.Record(running.Metadata.ManagedFields, kubelet, runningJson, UpdateRecorder.FindOwners(runningJson), Encode(changed), Pod.Schema, notStatus), Patch);
Print("apply", Apply, () => ApiJson.ToUtf8(Decode(runningJson)));

ReadOnlySpan<byte> Encode(IResource value)
{
    writer.Reset();
    value.WriteObject(writer);
    return writer.Written.Span;
}

object Patch()
{
    var patched = StrategicMergePatch.Apply((JsonObject)JsonNode.Parse(bare), JsonNode.Parse(StatusPatch(2)), Pod.Schema);
    return ApiJson.ToUtf8(Decode(patched.ToUtf8()));
}

object Apply()
{
    var manager = new Manager("me", "v1", "", now);
    var named = Applying.Named(configuration, Pod.Schema, Untracked.ServerAndStatus);
    var merged = Applying.Merge((JsonObject)JsonNode.Parse(bare), configuration, Pod.Schema, running.Metadata.ManagedFields, manager, named);
    return recorder.RecordApply(running.Metadata.ManagedFields, manager, runningJson, UpdateRecorder.FindOwners(runningJson), Encode(Decode(merged.ToUtf8())), Pod.Schema, Untracked.ServerAndStatus, named, out _);
}

void Print(string name, Func<object> owners, Func<object> rest)
{
    var (first, second) = (Measure(owners), Measure(rest));
    Console.WriteLine($"| {name} | {first.Micros:0.0} | {first.Bytes} | {second.Micros:0.0} | {second.Bytes} | {first.Micros / second.Micros:0.00}x |");
}

(double Micros, long Bytes) Measure(Func<object> work)
{
    var end = Stopwatch.GetTimestamp() + (long)(Stopwatch.Frequency * seconds / 2);
    while (Stopwatch.GetTimestamp() < end)
    {
        work(); // Until the code is as fast as it gets.
    }

    // Processor time: the machine may have other work.
    var (bytes, began, count) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime, 0);
    end = Stopwatch.GetTimestamp() + (long)(Stopwatch.Frequency * seconds);
    for (; Stopwatch.GetTimestamp() < end; count++)
    {
        work();
    }

    return ((Environment.CpuUsage.TotalTime - began).TotalMicroseconds / count, (GC.GetAllocatedBytesForCurrentThread() - bytes) / count);
}

static Pod Decode(ReadOnlySpan<byte> json)
{
    var reader = new ApiReader(json, applyDefaults: true);
    reader.Start();
    return Pod.Read(ref reader);
}

static string StatusPatch(int restarts) => $$$$"""
    {"status":{"phase":"Running","podIP":"10.1.2.3","podIPs":[{"ip":"10.1.2.3"}],"hostIP":"10.0.0.1","startTime":"2026-01-01T00:00:00Z",
    "conditions":[{"type":"Initialized","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"},{"type":"Ready","status":"True","lastTransitionTime":"2026-01-01T00:00:0{{{{restarts}}}}Z"},
    {"type":"ContainersReady","status":"True","lastTransitionTime":"2026-01-01T00:00:0{{{{restarts}}}}Z"},{"type":"PodScheduled","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}],
    "containerStatuses":[{"name":"web-0","ready":true,"restartCount":{{{{restarts}}}},"image":"registry.example.com/web:1","imageID":"sha256:0","containerID":"containerd://0","started":true,"state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}},
    {"name":"web-1","ready":true,"restartCount":{{{{restarts}}}},"image":"registry.example.com/web:1","imageID":"sha256:0","containerID":"containerd://1","started":true,"state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}}
    """;

static string PodJson()
{
    var containers = string.Join(',', Enumerable.Range(0, 2).Select(static i => $$$$"""
        {"name":"web-{{{{i}}}}","image":"registry.example.com/web:1","args":["--port=8080","--log=json"],"ports":[{"name":"http","containerPort":80,"protocol":"TCP"},{"name":"metrics","containerPort":9090,"protocol":"TCP"}],
        "env":[{{{{string.Join(',', Enumerable.Range(0, 18).Select(static e => $"{{\"name\":\"SETTING_{e:00}\",\"value\":\"a value of some length, as they are {e}\"}}"))}}}}],
        "resources":{"limits":{"cpu":"1","memory":"512Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":[{"name":"data","mountPath":"/data"},{"name":"config","mountPath":"/etc/config","readOnly":true}],
        "livenessProbe":{"httpGet":{"path":"/healthz","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},
        "readinessProbe":{"httpGet":{"path":"/readyz","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3}}
        """));
    return $$$$"""
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-6d4cf56db6-x2x7q","generateName":"web-6d4cf56db6-","namespace":"shop","labels":{"app":"web","tier":"front","pod-template-hash":"6d4cf56db6","team":"shop"},
        "annotations":{"example.com/owner":"shop@example.com","example.com/note":"{{{{new string('n', 400)}}}}"},
        "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-6d4cf56db6","uid":"0f0d3f2c-7b7a-4f4e-8f6a-9d1f2b3c4d5e","controller":true,"blockOwnerDeletion":true}]},
        "spec":{"volumes":[{"name":"data","emptyDir":{}},{"name":"config","configMap":{"name":"web"}}],"containers":[{{{{containers}}}}],"serviceAccountName":"web","nodeSelector":{"disk":"ssd"},
        "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
        "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"ScheduleAnyway","labelSelector":{"matchLabels":{"app":"web"}}}],"terminationGracePeriodSeconds":30}}
        """;
}

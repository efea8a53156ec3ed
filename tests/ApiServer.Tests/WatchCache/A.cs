using Navarch.Api.Core.V1;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources.Core;
using Navarch.ApiServer.WatchCache;

namespace Navarch.ApiServer.Tests.WatchCache;

/// <summary>Stored objects for tests of the cache.</summary>
internal static class A
{
    public static Kind Maps() => new ConfigMapResource().ToKind();

    public static Kind Pods() => new PodResource().ToKind();

    public static StoredObject Map(Kind kind, string name, long revision = 1, string @namespace = "default") =>
        Stored(kind, new ConfigMap { Metadata = new ObjectMeta { Name = name, Namespace = @namespace, UID = name } }, revision);

    public static StoredObject Pod(Kind kind, string name, string node, long revision = 1) =>
        Stored(kind, new Pod { Metadata = new ObjectMeta { Name = name, Namespace = "default", UID = name }, Spec = new PodSpec { NodeName = node } }, revision);

    public static StoredObject Stored(Kind kind, Api.IResource value, long revision) => StoredObject.From(kind.Prepare(value), revision, keepValue: false);
}

using Navarch.Api;
using Navarch.Api.Json;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>How webhooks see what a request is about, and how what they make of it is taken back.</summary>
internal abstract class HookForm
{
    /// <summary>The object itself, in the version that a webhook asks for.</summary>
    public static HookForm Object { get; } = new ObjectForm();

    /// <summary>What the object of a review calls itself.</summary>
    public abstract (string Group, string Version, string Kind) TypeIn(Kind version);

    /// <summary>The type of the object of a review.</summary>
    public abstract Schema SchemaIn(Kind version);

    public abstract byte[] Write(Kind version, IApiObject value);

    /// <param name="before">What was shown.</param>
    /// <param name="problems">Unknown and doubled fields.</param>
    /// <exception cref="ApiJsonException">The JSON is no such object.</exception>
    public abstract IApiObject Read(Kind version, ReadOnlySpan<byte> json, IApiObject before, out IReadOnlyList<string> problems);

    /// <summary>What object selectors look at; null where they can match nothing.</summary>
    public abstract Map<string>? LabelsOf(IApiObject value);

    private sealed class ObjectForm : HookForm
    {
        public override (string Group, string Version, string Kind) TypeIn(Kind version) => (version.Type.Group, version.Type.Version, version.Type.Kind);

        public override Schema SchemaIn(Kind version) => version.Schema;

        public override byte[] Write(Kind version, IApiObject value) => Kind.Text(version.Show((IResource)value)).ToArray();

        public override IApiObject Read(Kind version, ReadOnlySpan<byte> json, IApiObject before, out IReadOnlyList<string> problems) => version.ParseRequest(json, out problems);

        public override Map<string>? LabelsOf(IApiObject value) => ((IResource)value).Metadata.Labels;
    }
}

/// <summary>A body of its own kind, such as a Binding or an Eviction.</summary>
internal sealed class BodyForm<T>(string group, string version, Func<T, ObjectMeta> metadata) : HookForm where T : IApiType<T>, IApiObject
{
    public override (string Group, string Version, string Kind) TypeIn(Kind _) => (group, version, typeof(T).Name);

    public override Schema SchemaIn(Kind _) => T.Schema;

    public override byte[] Write(Kind _, IApiObject value) => ApiJson.ToUtf8(value);

    public override IApiObject Read(Kind _, ReadOnlySpan<byte> json, IApiObject before, out IReadOnlyList<string> problems) => ApiJson.ParseWithDefaults<T>(json, out problems);

    public override Map<string>? LabelsOf(IApiObject value) => metadata((T)value).Labels;
}

/// <summary>An object that is shown as a part of it: its Scale.</summary>
/// <param name="show">Makes the part of the object.</param>
/// <param name="take">The object with the part in it.</param>
internal sealed class PartForm<T>(string group, string version, Func<IResource, T> show, Func<IResource, T, IResource> take) : HookForm where T : IApiType<T>, IApiObject
{
    public override (string Group, string Version, string Kind) TypeIn(Kind _) => (group, version, typeof(T).Name);

    public override Schema SchemaIn(Kind _) => T.Schema;

    public override byte[] Write(Kind _, IApiObject value) => ApiJson.ToUtf8(show((IResource)value));

    public override IApiObject Read(Kind _, ReadOnlySpan<byte> json, IApiObject before, out IReadOnlyList<string> problems) =>
        take((IResource)before, ApiJson.ParseWithDefaults<T>(json, out problems));

    public override Map<string>? LabelsOf(IApiObject value) => [];
}

/// <summary>What somebody connects with, such as PodExecOptions: it has no labels.</summary>
internal sealed class ConnectForm<T> : HookForm where T : IApiType<T>, IApiObject
{
    public override (string Group, string Version, string Kind) TypeIn(Kind _) => ("", "v1", typeof(T).Name);

    public override Schema SchemaIn(Kind _) => T.Schema;

    public override byte[] Write(Kind _, IApiObject value) => ApiJson.ToUtf8(value);

    public override IApiObject Read(Kind _, ReadOnlySpan<byte> json, IApiObject before, out IReadOnlyList<string> problems) => ApiJson.ParseWithDefaults<T>(json, out problems);

    public override Map<string>? LabelsOf(IApiObject value) => null;
}

using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.ApiServer.Registry;

namespace Navarch.ApiServer.Admission.Webhooks;

/// <summary>A request as webhooks are told of it. What they are shown is written once for all that want the same version.</summary>
internal sealed class HookedRequest
{
    // One for each version that somebody asked for; mostly one.
    private readonly List<(Kind Version, byte[] Json)> written = [];
    private readonly List<(Kind Version, byte[] Json)> writtenOld = [];
    private IApiObject? value;

    /// <summary>CREATE, UPDATE, DELETE or CONNECT.</summary>
    public required string Operation { get; init; }

    /// <summary>The kind, in the version the request speaks.</summary>
    public required Kind Kind { get; init; }

    public required WriteOptions Options { get; init; }

    /// <summary>As the request calls it: empty where the server is yet to make a name up.</summary>
    public required string Name { get; init; }

    /// <summary>That of the request; of a Namespace its own name; else empty.</summary>
    public required string Namespace { get; init; }

    public HookForm Form { get; init; } = HookForm.Object;

    public string Subresource { get; init; } = "";

    /// <summary>Of a delete: what was asked for with it.</summary>
    public DeleteOptions? Delete { get; init; }

    /// <summary>The object before an update or a delete.</summary>
    public IApiObject? Old { get; init; }

    /// <summary>The object as it is to be; null for a delete.</summary>
    public IApiObject? Value
    {
        get => value;
        set
        {
            this.value = value;
            written.Clear();
        }
    }

    /// <summary>Labels of the namespace, once somebody asked.</summary>
    public Map<string>? NamespaceLabels { get; set; }

    /// <summary>The object as JSON; null for a delete. Not for two threads at once.</summary>
    public byte[]? Json(Kind version) => value is null ? null : Written(written, version, value);

    /// <inheritdoc cref="Json"/>
    public byte[]? OldJson(Kind version) => Old is null ? null : Written(writtenOld, version, Old);

    private byte[] Written(List<(Kind Version, byte[] Json)> known, Kind version, IApiObject from)
    {
        foreach (var (kind, bytes) in known)
        {
            if (kind == version)
            {
                return bytes;
            }
        }

        var json = Form.Write(version, from);
        known.Add((version, json));
        return json;
    }
}

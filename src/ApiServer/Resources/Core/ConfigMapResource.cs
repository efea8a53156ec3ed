using System.Text;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Configuration for pods to read.</summary>
public sealed class ConfigMapResource : Resource<ConfigMap>
{
    private const int BytesMax = 1024 * 1024;

    public override IReadOnlyList<Column<ConfigMap>> Columns { get; } =
    [
        Columns<ConfigMap>.Name,
        Columns<ConfigMap>.Count("Data", static value => value.Data.Count + value.BinaryData.Count),
        Columns<ConfigMap>.Age,
    ];

    public override void Validate(ConfigMap value, FieldErrors errors)
    {
        long bytes = 0;
        foreach (var (key, text) in value.Data)
        {
            errors.ConfigKey(FieldPath.Of("data")[key], key);
            if (value.BinaryData.ContainsKey(key))
            {
                errors.Invalid(FieldPath.Of("data")[key], key, "duplicate of key present in binaryData");
            }

            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(text);
        }

        foreach (var (key, content) in value.BinaryData)
        {
            errors.ConfigKey(FieldPath.Of("binaryData")[key], key);
            bytes += Encoding.UTF8.GetByteCount(key) + content.Length;
        }

        if (bytes > BytesMax)
        {
            errors.TooLong("", BytesMax);
        }
    }

    public override void ValidateUpdate(ConfigMap value, ConfigMap old, FieldErrors errors)
    {
        if (old.Immutable != true)
        {
            return;
        }

        const string Why = "field is immutable when `immutable` is set";
        if (value.Immutable != true)
        {
            errors.Forbidden("immutable", Why);
        }

        if (!value.Data.Equals(old.Data))
        {
            errors.Forbidden("data", Why);
        }

        if (!value.BinaryData.Equals(old.BinaryData))
        {
            errors.Forbidden("binaryData", Why);
        }
    }
}

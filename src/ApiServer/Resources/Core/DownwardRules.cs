using System.Globalization;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Rules of references from a pod to its own fields.</summary>
internal static class DownwardRules
{
    private static readonly string[] CpuDivisors = ["1", "1m"];
    private static readonly string[] SizeDivisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

    public static void Field(FieldErrors errors, FieldPath path, ObjectFieldSelector field, string[] supported)
    {
        if (field.APIVersion.Length == 0)
        {
            errors.Required(path / "apiVersion");
            return;
        }

        if (field.FieldPath.Length == 0)
        {
            errors.Required(path / "fieldPath");
            return;
        }

        if (field.APIVersion != "v1")
        {
            errors.Invalid(path / "fieldPath", field.FieldPath, $"error converting fieldPath: unsupported pod version: {field.APIVersion}");
            return;
        }

        if (TrySubscript(field.FieldPath, out var map, out var key))
        {
            switch (map)
            {
                case "metadata.labels":
                    errors.QualifiedName(path, key);
                    break;
                case "metadata.annotations":
                    errors.QualifiedName(path, key.ToLowerInvariant());
                    break;
                default:
                    errors.Invalid(path, field.FieldPath, "does not support subscript");
                    break;
            }
        }
        else if (Array.IndexOf(supported, field.FieldPath) < 0)
        {
            errors.NotSupported(path / "fieldPath", field.FieldPath, supported);
        }
    }

    public static void Resource(FieldErrors errors, FieldPath path, ResourceFieldSelector resource, string[] supported, bool inVolume)
    {
        if (inVolume && resource.ContainerName.Length == 0)
        {
            errors.Required(path / "containerName");
            return;
        }

        if (resource.Resource.Length == 0)
        {
            errors.Required(path / "resource");
            return;
        }

        var name = resource.Resource[(resource.Resource.IndexOf('.') + 1)..];
        if (Array.IndexOf(supported, resource.Resource) < 0 && !ResourceRules.IsHugePages(name))
        {
            errors.NotSupported(path / "resource", resource.Resource, supported);
            return;
        }

        var divisors = name == "cpu" ? CpuDivisors : SizeDivisors;
        if (resource.Divisor.Value != 0 && !divisors.Any(divisor => Api.Quantity.Parse(divisor).Value == resource.Divisor.Value))
        {
            errors.Invalid(
                path / "divisor", resource.Divisor, string.Create(CultureInfo.InvariantCulture, $"only divisor's values {string.Join(", ", divisors)} are supported with the {name} resource"));
        }
    }

    /// <summary><c>metadata.labels['key']</c> in its two parts.</summary>
    private static bool TrySubscript(string path, out string map, out string key)
    {
        var open = path.IndexOf("['", StringComparison.Ordinal);
        var isSubscript = open > 0 && path.EndsWith("']", StringComparison.Ordinal) && path.Length >= open + 4;
        (map, key) = isSubscript ? (path[..open], path[(open + 2)..^2]) : (path, "");
        return isSubscript;
    }
}

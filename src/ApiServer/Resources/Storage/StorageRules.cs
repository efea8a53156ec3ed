using System.Text;
using Navarch.Api;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Storage;

/// <summary>Rules that the kinds about storage have in common.</summary>
internal static class StorageRules
{
    private const int ParametersMax = 512;
    private const int ParametersBytesMax = 256 * 1024;
    private const long TokenSecondsMin = 600;

    public static void DriverName(FieldErrors errors, FieldPath path, string name)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
        }
        else
        {
            errors.QualifiedName(path, name.ToLowerInvariant());
        }
    }

    public static void Parameters(FieldErrors errors, FieldPath path, Map<string> parameters, bool isRequired)
    {
        if (parameters.Count > ParametersMax)
        {
            errors.TooLong(path, ParametersMax);
            return;
        }

        if (isRequired && parameters.Count == 0)
        {
            errors.Required(path, "must contain at least one key/value pair");
        }

        long bytes = 0;
        foreach (var (key, value) in parameters)
        {
            if (key.Length == 0)
            {
                errors.Invalid(path, key, "field can not be empty.");
            }

            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        }

        if (bytes > ParametersBytesMax)
        {
            errors.TooLong(path, ParametersBytesMax);
        }
    }

    public static void TokenSeconds(FieldErrors errors, FieldPath path, long? seconds)
    {
        if (seconds < TokenSecondsMin)
        {
            errors.Invalid(path, seconds, "may not specify a duration less than 10 minutes");
        }
        else if (seconds > 1L << 32)
        {
            errors.Invalid(path, seconds, "may not specify a duration larger than 2^32 seconds");
        }
    }
}

using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Rules of file paths, which must not lead out of the volume they are meant for.</summary>
internal static class PathRules
{
    public static void Relative(FieldErrors errors, FieldPath path, string value)
    {
        if (value.StartsWith('/'))
        {
            errors.Invalid(path, value, "must be a relative path");
        }

        NoBacksteps(errors, path, value);
    }

    /// <summary>As <see cref="Relative"/>, and not a name that the kubelet keeps for itself.</summary>
    public static void RelativeFree(FieldErrors errors, FieldPath path, string value)
    {
        Relative(errors, path, value);
        if (value.StartsWith("..", StringComparison.Ordinal) && !value.StartsWith("../", StringComparison.Ordinal) && value != "..")
        {
            errors.Invalid(path, value, "must not start with '..'");
        }
    }

    public static void NoBacksteps(FieldErrors errors, FieldPath path, string value)
    {
        if (value.Split('/').Contains(".."))
        {
            errors.Invalid(path, value, "must not contain '..'");
        }
    }
}

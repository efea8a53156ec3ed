using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>The rules of what containers and pods may do on their node.</summary>
internal static class SecurityContextValidation
{
    private const string IdForm = "must be between 0 and 2147483647, inclusive";
    private static readonly string[] ProfileTypes = ["Localhost", "RuntimeDefault", "Unconfined"];

    public static void Container(FieldErrors errors, FieldPath path, SecurityContext? context, PodSpec spec)
    {
        if (context is null)
        {
            return;
        }

        Id(errors, path / "runAsUser", context.RunAsUser);
        Id(errors, path / "runAsGroup", context.RunAsGroup);
        if (context.ProcMount is { } mount)
        {
            errors.OneOf(path, "procMount", mount, ["Default", "Unmasked"]);
            if (mount == ProcMountType.UnmaskedProcMount && spec.HostUsers != false)
            {
                errors.Invalid(path / "procMount", mount, "`hostUsers` must be false to use `Unmasked`");
            }
        }

        Seccomp(errors, path / "seccompProfile", context.SeccompProfile);
        AppArmor(errors, path / "appArmorProfile", context.AppArmorProfile);
        Windows(errors, path / "windowsOptions", context.WindowsOptions);
        if (context.AllowPrivilegeEscalation == false)
        {
            if (context.Privileged == true)
            {
                errors.Invalid(path, RawValue.Of(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }

            if (context.Capabilities?.Add.Contains("CAP_SYS_ADMIN") == true)
            {
                errors.Invalid(path, RawValue.Of(context), "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
    }

    public static void Pod(FieldErrors errors, FieldPath path, PodSecurityContext? context, PodSpec spec)
    {
        if (context is null || ReferenceEquals(context, PodSecurityContext.Empty))
        {
            return;
        }

        Id(errors, path / "fsGroup", context.FSGroup);
        Id(errors, path / "runAsUser", context.RunAsUser);
        Id(errors, path / "runAsGroup", context.RunAsGroup);
        for (var i = 0; i < context.SupplementalGroups.Count; i++)
        {
            Id(errors, (path / "supplementalGroups")[i], context.SupplementalGroups[i]);
        }

        OneOf("fsGroupChangePolicy", context.FSGroupChangePolicy, ["Always", "OnRootMismatch"]);
        OneOf("supplementalGroupsPolicy", context.SupplementalGroupsPolicy, ["Merge", "Strict"]);
        OneOf("seLinuxChangePolicy", context.SELinuxChangePolicy, ["MountOption", "Recursive"]);
        Sysctls(errors, path / "sysctls", context.Sysctls, spec);
        Seccomp(errors, path / "seccompProfile", context.SeccompProfile);
        AppArmor(errors, path / "appArmorProfile", context.AppArmorProfile);
        Windows(errors, path / "windowsOptions", context.WindowsOptions);

        void OneOf(string field, string? value, string[] supported)
        {
            if (value is not null)
            {
                errors.OneOf(path, field, value, supported);
            }
        }
    }

    private static void Sysctls(FieldErrors errors, FieldPath path, IReadOnlyList<Sysctl> sysctls, PodSpec spec)
    {
        var isRepeated = Repeats.Of(sysctls, static item => item.Name);
        for (var i = 0; i < sysctls.Count; i++)
        {
            var (at, name) = (path[i] / "name", sysctls[i].Name);
            if (name.Length == 0)
            {
                errors.Required(at);
                continue;
            }

            if (name.Length > 253 || !name.Split('.', '/').All(IsPart))
            {
                errors.Invalid(at, name, "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
            }
            else if (isRepeated[i])
            {
                errors.Duplicate(at, name);
            }

            var kernel = name.Replace('/', '.');
            if (spec.HostNetwork && kernel.StartsWith("net.", StringComparison.Ordinal))
            {
                errors.Invalid(at, name, "may not be specified when 'hostNetwork' is true");
            }

            if (spec.HostIPC && (kernel.StartsWith("kernel.shm", StringComparison.Ordinal) || kernel.StartsWith("kernel.msg", StringComparison.Ordinal)
                || kernel.StartsWith("kernel.sem", StringComparison.Ordinal) || kernel.StartsWith("fs.mqueue.", StringComparison.Ordinal)))
            {
                errors.Invalid(at, name, "may not be specified when 'hostIPC' is true");
            }
        }
    }

    private static bool IsPart(string part) =>
        part.Length > 0 && IsEnd(part[0]) && IsEnd(part[^1]) && part.All(c => IsEnd(c) || c is '-' or '_');

    private static bool IsEnd(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static void Seccomp(FieldErrors errors, FieldPath path, SeccompProfile? profile)
    {
        if (profile is null)
        {
            return;
        }

        errors.RequiredOneOf(path, "type", profile.Type, ProfileTypes);
        if (profile.Type == SeccompProfileType.Localhost)
        {
            if (profile.LocalhostProfile is not { } local)
            {
                errors.Required(path / "localhostProfile", "must be set when seccomp type is Localhost");
            }
            else
            {
                PathRules.Relative(errors, path / "localhostProfile", local);
            }
        }
        else if (profile.LocalhostProfile is { } local)
        {
            errors.Invalid(path / "localhostProfile", local, "can only be set when seccomp type is Localhost");
        }
    }

    private static void AppArmor(FieldErrors errors, FieldPath path, AppArmorProfile? profile)
    {
        if (profile is null)
        {
            return;
        }

        errors.RequiredOneOf(path, "type", profile.Type, ProfileTypes);
        var at = path / "localhostProfile";
        if (profile.Type != AppArmorProfileType.Localhost)
        {
            if (profile.LocalhostProfile is { } other)
            {
                errors.Invalid(at, other, "can only be set when AppArmor type is Localhost");
            }
        }
        else if (profile.LocalhostProfile is not { Length: > 0 } local)
        {
            errors.Required(at, "must be set when AppArmor type is Localhost");
        }
        else if (local.Trim() != local)
        {
            errors.Invalid(at, local, "must not be padded with whitespace");
        }
        else if (local.Length > 4095)
        {
            errors.TooLong(at, 4095);
        }
    }

    private static void Windows(FieldErrors errors, FieldPath path, WindowsSecurityContextOptions? options)
    {
        if (options is null)
        {
            return;
        }

        errors.Subdomain(path, "gmsaCredentialSpecName", options.GMSACredentialSpecName);
        if (options.GMSACredentialSpec is { Length: 0 or > 65536 } credential)
        {
            errors.Invalid(path / "gmsaCredentialSpec", credential, "gmsaCredentialSpec must be between 1 and 65536 bytes");
        }

        if (options.RunAsUserName is not { } user)
        {
            return;
        }

        var parts = user.Split('\\');
        if (user.Any(char.IsControl))
        {
            errors.Invalid(path / "runAsUserName", user, "runAsUserName cannot contain control characters");
        }
        else if (parts.Length > 2 || parts[^1].Length is 0 or > 104 || (parts.Length == 2 && parts[0].Length is 0 or > 255))
        {
            errors.Invalid(path / "runAsUserName", user, "runAsUserName must be [DOMAIN\\]USER with a domain of at most 255 and a user of at most 104 characters");
        }
    }

    private static void Id(FieldErrors errors, FieldPath path, long? id)
    {
        if (id is < 0 or > int.MaxValue)
        {
            errors.Invalid(path, id.Value, IdForm);
        }
    }
}

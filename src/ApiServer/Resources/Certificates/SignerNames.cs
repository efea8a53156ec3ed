using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Certificates;

/// <summary>The form of a signer's name: a domain, a slash, a path.</summary>
internal static class SignerNames
{
    private const int DomainMax = 253;
    private const int LengthMax = DomainMax + 1 + DomainMax + 63 + 1;

    public static void Validate(FieldErrors errors, FieldPath path, string name)
    {
        if (name.Length == 0)
        {
            errors.Required(path);
        }

        var slash = name.IndexOf('/');
        if (slash < 0 || name.IndexOf('/', slash + 1) >= 0)
        {
            errors.Invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }

        var domain = name[..slash];
        if (domain.Length > DomainMax)
        {
            errors.TooLong(path, DomainMax);
        }

        Labels(errors, path, domain);
        if (!domain.Contains('.'))
        {
            errors.Invalid(path, domain, "should be a domain with at least two segments separated by dots");
        }

        Labels(errors, path, name[(slash + 1)..]);
        if (name.Length > LengthMax)
        {
            errors.TooLong(path, LengthMax);
        }
    }

    private static void Labels(FieldErrors errors, FieldPath path, string segment)
    {
        foreach (var label in segment.Split('.'))
        {
            if (Resources.Names.LabelProblem(label) is { } problem)
            {
                errors.Invalid(path, segment, $"validating label {GoText.Quote(label)}: {problem}");
                return;
            }
        }
    }
}

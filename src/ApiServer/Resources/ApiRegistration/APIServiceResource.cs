using System.Globalization;
using Navarch.Api.ApiRegistration.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.ApiRegistration;

/// <summary>That a group version is served, by this server or by another that it speaks for.</summary>
public sealed class APIServiceResource : Resource<APIService>
{
    private const int GroupPriorityMax = 20_000;
    private const int VersionPriorityMax = 1000;

    public override string StoragePrefix => "/registry/apiregistration.k8s.io/apiservices/";

    public override bool HasStatus => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override IReadOnlyList<Column<APIService>> Columns { get; } =
    [
        Columns<APIService>.Name,
        Columns<APIService>.Text("Service", static value => value.Spec.Service is { } service ? $"{service.Namespace}/{service.Name}" : "Local"),
        Columns<APIService>.Text("Available", Available),
        Columns<APIService>.Age,
    ];

    /// <summary>The condition of a group version that this server serves itself.</summary>
    public static APIServiceCondition LocallyAvailable(DateTimeOffset now) => new()
    {
        Type = APIServiceConditionType.Available,
        Status = ConditionStatus.ConditionTrue,
        Reason = "Local",
        Message = "Local APIServices are always available",
        LastTransitionTime = now,
    };

    public override APIService Default(APIService value) =>
        value.Spec.Service is { Port: null } service ? value with { Spec = value.Spec with { Service = service with { Port = 443 } } } : value;

    public override APIService PrepareForCreate(APIService value, WriteContext context) => value with
    {
        Status = value.Spec.Service is null ? new APIServiceStatus { Conditions = [LocallyAvailable(context.Now)] } : APIServiceStatus.Empty,
    };

    public override APIService PrepareForUpdate(APIService value, APIService old, WriteContext context) => value with { Status = old.Status };

    public override APIService PrepareForStatusUpdate(APIService value, APIService old, WriteContext context) => value with
    {
        Spec = old.Spec,
        Metadata = value.Metadata with
        {
            Labels = old.Metadata.Labels,
            Annotations = old.Metadata.Annotations,
            Finalizers = old.Metadata.Finalizers,
            OwnerReferences = old.Metadata.OwnerReferences,
        },
    };

    // "v1." is a name here: the group without a name is the core.
    public override string? NameProblem(string name) => CommonRules.PathSegmentProblem(name);

    public override void Validate(APIService value, FieldErrors errors)
    {
        var (path, spec) = (FieldPath.Of("spec"), value.Spec);
        var wanted = $"{spec.Version}.{spec.Group}";
        if (value.Metadata.Name.Length > 0 && value.Metadata.Name != wanted)
        {
            errors.Invalid("metadata.name", value.Metadata.Name, $"must be `spec.version+\".\"+spec.group`: {GoText.Quote(wanted)}");
        }

        if (spec.Group.Length > 0)
        {
            errors.Subdomain(path, "group", spec.Group);
        }
        else if (spec.Version != "v1")
        {
            errors.Required(path / "group", "only v1 may have an empty group and it better be legacy kube");
        }

        errors.InvalidIf(Names.Label1035Problem(spec.Version), path / "version", spec.Version);
        Priority(errors, path / "groupPriorityMinimum", spec.GroupPriorityMinimum, GroupPriorityMax);
        Priority(errors, path / "versionPriority", spec.VersionPriority, VersionPriorityMax);
        if (spec.Service is { } service)
        {
            errors.RequiredText(path / "service", "namespace", service.Namespace);
            errors.RequiredText(path / "service", "name", service.Name);
            if (service.Port is { } port && !CommonRules.IsPortNumber(port))
            {
                errors.Invalid(path / "service" / "port", port, "port is not valid: must be between 1 and 65535, inclusive");
            }

            if (spec.InsecureSkipTLSVerify && spec.CABundle.Length > 0)
            {
                errors.Invalid(path / "insecureSkipTLSVerify", true, "may not be true if caBundle is present");
            }

            return;
        }

        if (spec.CABundle.Length > 0)
        {
            errors.Invalid(path / "caBundle", string.Create(CultureInfo.InvariantCulture, $"{spec.CABundle.Length} bytes"), "local APIServices may not have a caBundle");
        }

        if (spec.InsecureSkipTLSVerify)
        {
            errors.Invalid(path / "insecureSkipTLSVerify", true, "local APIServices may not have insecureSkipTLSVerify");
        }
    }

    public override void ValidateStatusUpdate(APIService value, APIService old, FieldErrors errors)
    {
        for (var i = 0; i < value.Status.Conditions.Count; i++)
        {
            errors.OneOf((FieldPath.Of("status") / "conditions")[i], "status", value.Status.Conditions[i].Status, ["False", "True", "Unknown"]);
        }
    }

    private static void Priority(FieldErrors errors, FieldPath path, int priority, int max)
    {
        if (priority <= 0 || priority > max)
        {
            errors.Invalid(path, priority, string.Create(CultureInfo.InvariantCulture, $"must be positive and less than {max}"));
        }
    }

    private static string Available(APIService value) => value.Status.Conditions.FirstOrDefault(static condition => condition.Type == APIServiceConditionType.Available) switch
    {
        null => "Unknown",
        { Status: ConditionStatus.ConditionTrue } => "True",
        { Reason.Length: 0 } condition => condition.Status,
        var condition => $"{condition.Status} ({condition.Reason})",
    };
}

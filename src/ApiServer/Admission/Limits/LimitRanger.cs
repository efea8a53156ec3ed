using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission.Limits;

/// <summary>Gives containers what their namespace says they get when they do not say, and holds them to its bounds.</summary>
internal sealed class LimitRanger : IAdmission
{
    private readonly Kind ranges;

    public LimitRanger(Kind ranges)
    {
        this.ranges = ranges;
        ranges.Objects.KeepValues();
    }

    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: "CREATE", Options.Subresource: "", Value: Pod pod })
        {
            return new(request.Value);
        }

        foreach (var range in ranges.In<LimitRange>(pod.Metadata.Namespace))
        {
            pod = LimitDefaults.Apply(pod, range);
        }

        return new(pod);
    }

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        // What a pod may use changes by a resize alone.
        if (request is { Value: Pod, Operation: "CREATE", Options.Subresource: "" } or { Value: Pod, Operation: "UPDATE", Options.Subresource: "resize" })
        {
            Check(request, (Pod)request.Value, static (value, range) => LimitChecks.OfPod(value.Spec, range));
        }
        else if (request is { Value: PersistentVolumeClaim { Metadata.DeletionTimestamp: null } claim, Options.Subresource: "" })
        {
            Check(request, claim, LimitChecks.OfClaim);
        }

        return default;
    }

    private void Check<T>(AdmissionRequest request, T value, Func<T, LimitRange, IEnumerable<string>> check) where T : class, IResource
    {
        foreach (var range in ranges.In<LimitRange>(value.Metadata.Namespace))
        {
            var problems = check(value, range).ToList();
            if (problems.Count > 0)
            {
                throw StatusErrors.Forbidden(request.Kind.Type, value.Metadata.Name, GoText.Aggregate(problems)).AsException();
            }
        }
    }
}

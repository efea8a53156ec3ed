using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Api.Scheduling.V1;
using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Admission;

/// <summary>Turns the name of a priority class into the number that the scheduler reads.</summary>
internal sealed class PodPriority(Kind classes) : IAdmission
{
    public ValueTask<IResource> AdmitAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request.Value is not Pod pod || request.Options.Subresource.Length > 0)
        {
            return new(request.Value);
        }

        if (request.Operation == "UPDATE" && request.Old is Pod old && pod.Spec.Priority is null && old.Spec.Priority is not null)
        {
            // What the server filled in need not be repeated.
            return new(pod with { Spec = pod.Spec with { Priority = old.Spec.Priority, PreemptionPolicy = pod.Spec.PreemptionPolicy ?? old.Spec.PreemptionPolicy } });
        }

        return new(request.Operation == "CREATE" ? WithPriority(pod) : pod);
    }

    private Pod WithPriority(Pod pod)
    {
        var name = pod.Spec.PriorityClassName;
        PriorityClass? chosen;
        if (name.Length > 0)
        {
            chosen = classes.Objects.Current.Objects.Find(name)?.Value as PriorityClass
                ?? throw StatusErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, $"no PriorityClass with name {name} was found").AsException();
        }
        else
        {
            chosen = GlobalDefault();
        }

        var value = chosen?.Value ?? 0;
        if (pod.Spec.Priority is { } given && given != value)
        {
            throw StatusErrors.Forbidden(Pod.ResourceType, pod.Metadata.Name, $"the integer value of priority ({given}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name").AsException();
        }

        return pod with
        {
            Spec = pod.Spec with
            {
                Priority = value,
                PriorityClassName = chosen?.Metadata.Name ?? "",
                PreemptionPolicy = pod.Spec.PreemptionPolicy ?? chosen?.PreemptionPolicy ?? "PreemptLowerPriority",
            },
        };
    }

    private PriorityClass? GlobalDefault()
    {
        PriorityClass? found = null;
        for (var walk = classes.Objects.Current.Objects.All(); walk.MoveNext();)
        {
            if (walk.Current.Value is PriorityClass { GlobalDefault: true } candidate && (found is null || candidate.Value < found.Value))
            {
                found = candidate;
            }
        }

        return found;
    }
}
